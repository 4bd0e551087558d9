"""Design × fixed settings → variants, with their ids."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

from orchestrator.study.design.conflicts import builder
from orchestrator.study.design.designs import VARIANTS, Combination, Design
from orchestrator.study.design.exclude import ExcludeRule
from orchestrator.study.design.factors import Levels
from orchestrator.study.parsing.sections import Sections
from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.records import Exclusion, TrialSettings, Variant


def expand(
    findings: Findings,
    sections: Sections,
    design: Design,
    combinations: Iterable[Combination],
    rules: Sequence[ExcludeRule],
) -> tuple[tuple[Variant, ...], tuple[Exclusion, ...]]:
    """A variant per combination that no rule excludes, and what each rule excludes."""
    build = builder(sections, design.factors)
    taken: dict[int, list[str]] = {rule.index: [] for rule in rules}
    kept: list[Combination] = []
    for combination in combinations:
        excluding = next((rule.index for rule in rules if rule.matches(combination.levels)), None)
        if excluding is not None:
            taken[excluding].append(combination.label)
        else:
            kept.append(combination)
    built = [
        (combination, settings) for combination in kept if (settings := build.build(combination))
    ]
    build.report(findings, design.factors, len(kept))
    exclusions = [Exclusion(rule.when, rule.reason, tuple(taken[rule.index])) for rule in rules]
    return tuple(_variants(design, built)), tuple(exclusions)


def _variants(design: Design, built: list[tuple[Combination, TrialSettings]]) -> Iterator[Variant]:
    levels = [_levels(design, combination, settings) for combination, settings in built]
    for own, name, (combination, settings) in zip(levels, _ids(levels), built, strict=True):
        yield Variant(name, combination.label, own, settings)


def _levels(design: Design, combination: Combination, settings: TrialSettings) -> Levels:
    """The design's levels; for variants listed by name, every setting that one of them sets."""
    if design.name != VARIANTS:
        return combination.levels
    flat = settings.flat
    return {path: flat[path] for path in design.factors if path in flat}


def _ids(levels: list[Levels]) -> list[str]:
    """8 hex digits per variant; 4 more at a time while two variants would share an id."""
    digests = [
        hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest() for own in levels
    ]
    digits = 8
    while len({digest[:digits] for digest in digests}) < len(digests):
        digits += 4
    return [digest[:digits] for digest in digests]
