"""Problems of `tune` that show only once the variants are known."""

from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from orchestrator.plan_document import Level
from orchestrator.study.design.effects import idle
from orchestrator.study.design.nuisance_values import Values, with_nuisance
from orchestrator.study.parsing.messages import names, plain
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.study.records import Nuisance, Tune, Variant
from orchestrator.words import plural

TOP = ("tune",)


def check_tune(
    findings: Findings, tune: Tune, variants: Sequence[Variant], replicates: int
) -> None:
    """Reports problems that show only once the variants are known."""
    if tune.studies > replicates:
        number = plural(replicates, "replicate")
        what = f"{tune.studies} tuning studies, but {number}: each needs at least one"
        findings.add((*TOP, "studies"), what, f"at most {replicates}", "add replicates")
    for path in tune.paths:
        ranges = tune.ranges(path)
        for index, nuisance in enumerate(ranges):
            place = _place(findings, path, index)
            own = [variant for variant in variants if nuisance.applies_to(variant)]
            if variants and not own:
                findings.add((*place, "when"), "no variant of the study has these levels")
            _check_ends(findings, place, nuisance, own, len(variants))
        if len(ranges) > 1:
            _check_overlap(findings, path, ranges, variants)
            _check_cover(findings, path, ranges, variants)


def _place(findings: Findings, path: str, index: int) -> KeyPath:
    """Of a range in the file: an entry of a list, or all that is given for the setting."""
    entry: KeyPath = (*TOP, path, index)
    return entry if entry in findings.document.values else entry[:-1]


def _check_overlap(
    findings: Findings, path: str, ranges: Sequence[Nuisance], variants: Sequence[Variant]
) -> None:
    """A variant has one range of a setting; the first variant with two is reported."""
    for variant in variants:
        own = [i for i, nuisance in enumerate(ranges) if nuisance.applies_to(variant)]
        if len(own) > 1:
            what = f"the variant {variant.label} has a range above already"
            cure = "make the levels in `when` exclude each other"
            findings.add((*TOP, path, own[1], "when"), what, cure=cure)
            return


def _check_cover(
    findings: Findings, path: str, ranges: Sequence[Nuisance], variants: Sequence[Variant]
) -> None:
    """With ranges of their own for some, no variant is left with a fixed value by oversight."""
    bare = [v for v in variants if not any(nuisance.applies_to(v) for nuisance in ranges)]
    bare = [v for v in bare if path in v.settings.flat and idle(v.settings, path) is None]
    if not bare:
        return
    others = f" and {len(bare) - 1} more" if len(bare) > 1 else ""
    what = f"none of these ranges is for the variant {bare[0].label}{others}"
    asked = dict.fromkeys(factor for nuisance in ranges for factor in nuisance.when)
    when = names(f"{f}: {plain(bare[0].levels[f])}" for f in asked if f in bare[0].levels)
    findings.add((*TOP, path), what, cure=f"add a range with when: {{{when}}}", at_key=True)


def _check_ends(
    findings: Findings, place: KeyPath, nuisance: Nuisance, variants: Sequence[Variant], of: int
) -> None:
    """Every variant that the nuisance setting applies to must have it and allow all its values."""
    ends: Iterable[Level] = nuisance.levels or (nuisance.at(0.25), nuisance.high)
    refused: dict[str, list[str]] = {}
    for variant in variants:
        for value in ends:
            if problem := _problem(variant, {nuisance.path: value}):
                refused.setdefault(problem, []).append(variant.label)
    for problem, labels in refused.items():
        different = list(dict.fromkeys(labels))
        others = f" and {len(different) - 1} more" if len(different) > 1 else ""
        where = f" (in the variant {different[0]}{others})" if len(different) < of else ""
        cure = "add when: {FACTOR: LEVEL} to tune only variants that have it" if where else ""
        findings.add(place, f"{problem}{where}", cure=cure, at_key=True)


def _problem(variant: Variant, values: Values) -> str | None:
    try:
        with_nuisance(variant, values)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "extra_forbidden":
            return "this variant has no such setting"
        return str(first["msg"]).removeprefix("Value error, ")
    return None
