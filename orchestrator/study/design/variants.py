"""Design × base settings → variants, with their names."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

from orchestrator.study.design.conflicts import builder
from orchestrator.study.design.designs import VARIANTS, Design, Point
from orchestrator.study.design.exclude import Rule
from orchestrator.study.design.factors import Levels
from orchestrator.study.parsing.sections import Base
from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.records import Exclusion, TrialSettings, Variant


def expand(
    findings: Findings, base: Base, design: Design, points: Iterable[Point], rules: Sequence[Rule]
) -> tuple[tuple[Variant, ...], tuple[Exclusion, ...]]:
    """A variant for every point that no rule excludes, and what each rule took out."""
    build = builder(base, design.factors)
    taken: dict[int, list[str]] = {rule.index: [] for rule in rules}
    kept: list[Point] = []
    for point in points:
        excluding = next((rule.index for rule in rules if rule.matches(point.levels)), None)
        if excluding is not None:
            taken[excluding].append(point.label)
        else:
            kept.append(point)
    built = [(point, settings) for point in kept if (settings := build.build(point))]
    build.report(findings, design.factors, len(kept))
    exclusions = [Exclusion(rule.when, rule.reason, tuple(taken[rule.index])) for rule in rules]
    return tuple(_variants(design, built)), tuple(exclusions)


def _variants(design: Design, built: list[tuple[Point, TrialSettings]]) -> Iterator[Variant]:
    levels = [_levels(design, point, settings) for point, settings in built]
    for own, name, (point, settings) in zip(levels, _ids(levels), built, strict=True):
        yield Variant(name, point.label, own, settings)


def _levels(design: Design, point: Point, settings: TrialSettings) -> Levels:
    """What the design sets; of a variant listed by name, what it has of all that is set."""
    if design.name != VARIANTS:
        return point.levels
    flat = settings.flat
    return {path: flat[path] for path in design.factors if path in flat}


def _ids(combinations: list[Levels]) -> list[str]:
    """8 hex digits each, more only where two variants of the study would share them."""
    digests = [
        hashlib.sha256(json.dumps(levels, sort_keys=True).encode()).hexdigest()
        for levels in combinations
    ]
    digits = 8
    while len({digest[:digits] for digest in digests}) < len(digests):
        digits += 4
    return [digest[:digits] for digest in digests]
