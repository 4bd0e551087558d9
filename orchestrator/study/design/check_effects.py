"""Refuses settings that have no effect where the study sets, compares or tunes them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from orchestrator.plan_document import Level
from orchestrator.study.design.designs import VARIANTS, Design
from orchestrator.study.design.effects import BY_PATH, Condition, idle, without_effect
from orchestrator.study.parsing.messages import names, plain
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.study.records import Tune, Variant

Fixed = Mapping[str, Mapping[str, Any]]  # section → its settings in the file, nested


def check_effects(
    findings: Findings,
    fixed: Fixed,
    design: Design,
    variants: Sequence[Variant],
    tune: Tune | None,
    left_out: Collection[KeyPath] = (),
) -> None:
    """A factor must have an effect in every variant that has another level than the default, a
    tuned setting in every variant that tunes it, a fixed setting in at least one variant.

    variants: all of the study. left_out: fixed settings that `--only` removes.
    """
    tuned = tune.paths if tune else ()
    for place in idle_places(fixed, design, variants, tune):
        if place not in left_out:
            what = (
                f"has no effect in any variant: it needs {BY_PATH['.'.join(map(str, place))].needs}"
            )
            findings.add(place, what, cure="leave it out", at_key=True)
    for path in design.factors:
        if path in BY_PATH and not _decided_by(BY_PATH[path], tuned):
            _check_factor(findings, path, design, variants)
    for path in tuned:
        if tune and path in BY_PATH and not _decided_by(BY_PATH[path], tuned):
            _check_tuned(findings, path, tune, variants)


def _decided_by(condition: Condition, paths: Sequence[str]) -> bool:
    """Whether it may hold at some points of the tuning and not at others."""
    return any(path in paths for path in condition.on)


# --- fixed ---------------------------------------------------------------------------------


def idle_places(
    fixed: Fixed, design: Design, variants: Sequence[Variant], tune: Tune | None
) -> list[KeyPath]:
    """Places in the file of fixed settings that some variants have, and that do nothing in any."""
    tuned = tune.paths if tune else ()
    found: list[KeyPath] = []
    for place in _places(fixed):
        path = ".".join(place)
        condition = BY_PATH.get(path)
        if condition is None or path in (*design.factors, *tuned) or _decided_by(condition, tuned):
            continue
        having = [variant for variant in variants if path in variant.settings.flat]
        if having and all(without_effect(v.settings, [path]) for v in having):
            found.append(place)
    return found


def absent_places(fixed: Fixed, design: Design, variants: Sequence[Variant]) -> list[KeyPath]:
    """Places in the file of fixed settings that no model or task of these variants has."""
    known = {path for variant in variants for path in variant.settings.flat} | {*design.factors}
    return [
        place
        for place in _places({section: fixed.get(section, {}) for section in ("task", "model")})
        if ".".join(place) not in known
    ]


def _places(tree: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _places(value, (*above, key))
        else:
            yield (*above, key)


# --- factors -------------------------------------------------------------------------------


def _check_factor(
    findings: Findings, path: str, design: Design, variants: Sequence[Variant]
) -> None:
    having = [variant for variant in variants if path in _set_by(design, variant)]
    without = [variant for variant in having if without_effect(variant.settings, [path])]
    if not without:
        return
    first, condition = without[0], BY_PATH[path]
    others = f" and {len(without) - 1} more" if len(without) > 1 else ""
    what = f"has no effect in the variant {first.label}{others}: it needs {condition.needs}"
    place: KeyPath = ("factors", path)
    if design.name == VARIANTS:
        place = ("variants", first.label, path)
    cure = _cure(path, condition, design, first, having)
    findings.add(place, what, cure=cure, at_key=True)


def _set_by(design: Design, variant: Variant) -> Mapping[str, Level]:
    """What the file sets for this variant; a variant listed by name has fixed values besides."""
    return design.named[variant.label] if design.name == VARIANTS else variant.levels


def _cure(
    path: str, condition: Condition, design: Design, bad: Variant, having: Sequence[Variant]
) -> str:
    if design.name == VARIANTS:
        return "leave it out of this variant"
    factors = [p for p in condition.on if p in design.factors]
    good = [variant for variant in having if idle(variant.settings, path) is None]
    if not factors or not good:
        return f"remove the factor, or give every variant {condition.needs}"
    if design.name != "factorial":
        return "list the variants by name (`variants`), each with the settings that matter to it"
    when = names(f"{p}: {plain(good[0].levels[p])}" for p in factors if p in good[0].levels)
    excluded = names(f"{p}: {plain(bad.levels[p])}" for p in (*factors, path))
    return (
        f"write {path}: {{levels: […], when: {{{when}}}}} below the factors in `when`; or exclude "
        f"- {{when: {{{excluded}}}, reason: no effect}}; or list `variants` by name"
    )


# --- tuned ---------------------------------------------------------------------------------


def _check_tuned(findings: Findings, path: str, tune: Tune, variants: Sequence[Variant]) -> None:
    for index, nuisance in enumerate(tune.ranges(path)):
        own = [variant for variant in variants if nuisance.applies_to(variant)]
        without = [variant for variant in own if idle(variant.settings, path)]
        if not without:
            continue
        condition = BY_PATH[path]
        others = f" and {len(without) - 1} more" if len(without) > 1 else ""
        what = f"has no effect in the variant {without[0].label}{others}"
        good = next((v for v in own if idle(v.settings, path) is None), None)
        when = names(f"{p}: {plain(good.levels[p])}" for p in condition.on if p in good.levels) \
            if good else ""  # fmt: skip
        cure = f"add when: {{{when}}}" if when else "do not tune it"
        entry: KeyPath = ("tune", path, index)
        place = entry if entry in findings.document.values else entry[:-1]
        findings.add(place, f"{what}: it needs {condition.needs}", cure=cure, at_key=True)
