"""`design`, `factors`, `center` and `variants` of a study file → Design."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from orchestrator.plan_document import Level
from orchestrator.study.design.designs import DESIGNS, VARIANTS, Design, around, factors_of
from orchestrator.study.design.factors import (
    Factor,
    Factors,
    Levels,
    read_combination,
    read_factors,
    unknown_path,
)
from orchestrator.study.parsing.messages import names, plain, shown
from orchestrator.study.parsing.setting_paths import Setting
from orchestrator.study.parsing.validate import cure
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.words import plural

LONGEST_NAME = 60  # characters of a variant's name


def read_design(
    findings: Findings, given: Mapping[str, Any], settings: Mapping[str, Setting]
) -> Design:
    """The design of the file; without factors if problems prevent reading them."""
    if "variants" in given:
        return _listed(findings, given, settings)
    kind = given.get("design", "factorial")
    if kind not in DESIGNS:  # reported with the other keys of the header
        kind = "factorial"
    if kind != "one_at_a_time" and "center" in given:
        what = f"the design {kind} has no center"
        findings.add(("center",), what, cure="write design: one_at_a_time", at_key=True)
    if "factors" not in given:  # reported as missing
        return Design(kind)
    factors = read_factors(findings, given["factors"], settings, repeats=kind == "paired")
    if kind == "one_at_a_time":
        return _centered(findings, given, factors)
    if kind == "paired":
        return _paired(findings, given["factors"], factors)
    return Design(kind, factors)


# --- one_at_a_time -------------------------------------------------------------------------


def _centered(findings: Findings, given: Mapping[str, Any], factors: Factors) -> Design:
    """Every factor that exists at the center needs a level there."""
    if "center" not in given:
        example = names(f"{p}: {plain(f.levels[0])}" for p, f in factors.items() if f.levels)
        what = "one_at_a_time varies each factor around a center, which is missing"
        findings.add(("design",), what, cure=f"add center: {{{example}}}")
        return Design("one_at_a_time")
    center = read_combination(findings, ("center",), given["center"], factors)
    if center is None:
        return Design("one_at_a_time")
    before = len(findings.found)
    for path, factor in factors.items():
        _check_center(findings, path, factor, center)
    is_whole = len(findings.found) == before and all(f.levels for f in factors.values())
    if not factors or not is_whole:
        return Design("one_at_a_time")
    return Design("one_at_a_time", factors, next(around(factors, center)))


def _check_center(findings: Findings, path: str, factor: Factor, center: Levels) -> None:
    if not factor.exists(center):
        when = names(f"{other}={plain(level)}" for other, level in factor.when.items())
        what = f"exists only with {when}, which is not at the center: no variant would have it"
        findings.add(("factors", path), what, cure="choose another center, or remove the factor")
    elif path not in center:
        allowed = names(map(plain, factor.levels))
        findings.add(("center",), f"the level of {path} is missing", allowed, f"add {path}: …")


# --- paired --------------------------------------------------------------------------------


def _paired(findings: Findings, given: Any, factors: Factors) -> Design:
    """All lists must have the same length: the first levels make a variant, and so on."""
    before = len(findings.found)
    lengths = {path: len(given[path]) for path in factors if isinstance(given[path], list)}
    first = next(iter(lengths), "")
    for path, factor in factors.items():
        if factor.when:
            what = "is not possible in the design paired, where every variant has every factor"
            cure_ = "use the design factorial, or list variants by name"
            findings.add(("factors", path, "when"), what, cure=cure_, at_key=True)
        elif path in lengths and lengths[path] != lengths[first]:
            what = f"has {plural(lengths[path], 'level')}, but {first} has {lengths[first]}"
            findings.add(("factors", path), what, cure="write one level per variant")
    is_whole = all(len(factor.levels) == lengths.get(p) for p, factor in factors.items())
    if len(findings.found) > before or not is_whole:
        return Design("paired")
    design = Design("paired", factors)
    _check_twice(findings, design)
    return design


def _check_twice(findings: Findings, design: Design) -> None:
    seen: list[Levels] = []
    for index, combination in enumerate(design.combinations()):
        if combination.levels in seen:
            place: KeyPath = ("factors", list(design.factors)[-1], index)
            findings.add(place, f"the variant {combination.label} is listed twice")
        seen.append(combination.levels)


# --- variants ------------------------------------------------------------------------------


def _listed(
    findings: Findings, given: Mapping[str, Any], settings: Mapping[str, Setting]
) -> Design:
    """Variants listed by name; their factors are all paths that any of them sets."""
    for key in ("factors", "design", "center"):
        if key in given:
            what = "cannot be combined with `variants`"
            findings.add((key,), what, cure="remove one of the two", at_key=True)
    listed = given["variants"]
    if not isinstance(listed, Mapping) or not listed:
        allowed = "a mapping: name of a variant → {PATH: VALUE, …}"
        findings.add(("variants",), f"{shown(listed)} lists no variants", allowed)
        return Design(VARIANTS)
    before = len(findings.found)
    named = {
        name: _read_variant(findings, name, values, settings) for name, values in listed.items()
    }
    if len(findings.found) > before:  # without the invalid values, two may look the same
        return Design(VARIANTS)
    if not any(named.values()):
        findings.add(("variants",), "no variant sets anything", "{PATH: VALUE, …}", at_key=True)
    return Design(VARIANTS, factors_of(named, settings), named=named)


def _read_variant(
    findings: Findings, name: str, values: Any, settings: Mapping[str, Setting]
) -> Levels:
    place: KeyPath = ("variants", name)
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        allowed = f"printable text of at most {LONGEST_NAME} characters"
        findings.add(
            place, f"{shown(name)} is not a valid name for a variant", allowed, at_key=True
        )
    if not isinstance(values, Mapping):
        allowed = "{PATH: VALUE, …}, or {} for the fixed settings"
        findings.add(place, f"{shown(values)} is not a mapping", allowed)
        return {}
    return dict(_read_settings(findings, place, values, settings))


def _read_settings(
    findings: Findings, place: KeyPath, values: Mapping[str, Any], settings: Mapping[str, Setting]
) -> Iterator[tuple[str, Level]]:
    for path, value in values.items():
        here, setting = (*place, path), settings.get(path)
        if setting is None:
            unknown_path(findings, here, value, settings)
            continue
        try:
            yield path, setting.read(value)
        except ValidationError:
            findings.add(
                here, f"{shown(value)} is not allowed", setting.allowed, cure(value, setting)
            )
