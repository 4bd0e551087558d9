"""Factors × base settings → variants, with their names."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from orchestrator.study.base import Base
from orchestrator.study.clashes import Levels, builder
from orchestrator.study.describe import plain
from orchestrator.study.document import Findings
from orchestrator.study.factors import Factors, Rule
from orchestrator.study.records import Exclusion, Level, TrialSettings, Variant


def expand(
    findings: Findings, base: Base, factors: Factors, rules: Sequence[Rule]
) -> tuple[tuple[Variant, ...], tuple[Exclusion, ...]]:
    """Every combination that no rule excludes, and what each rule took out."""
    build = builder(base, factors)
    taken: dict[int, list[str]] = {rule.index: [] for rule in rules}
    found: list[tuple[Levels, str, TrialSettings]] = []
    matches = [(rule.index, _matcher(rule, tuple(factors))) for rule in rules]
    for levels, label in _combinations(factors):
        excluding = next((index for index, match in matches if match(levels)), None)
        if excluding is not None:
            taken[excluding].append(label)
        elif settings := build.build(levels, label):
            found.append((levels, label, settings))
    build.report(findings, factors)
    exclusions = [Exclusion(rule.when, rule.reason, tuple(taken[rule.index])) for rule in rules]
    return tuple(_variants(tuple(factors), found)), tuple(exclusions)


def _matcher(rule: Rule, paths: tuple[str, ...]) -> Callable[[Levels], bool]:
    wanted = [(paths.index(path), level) for path, level in rule.when.items()]
    return lambda levels: all(levels[index] == level for index, level in wanted)


def _combinations(factors: Factors) -> Iterator[tuple[Levels, str]]:
    """Levels in the order of the factors, and the label made of them."""
    short = short_names(tuple(factors))
    texts = [
        [f"{short[path]}={plain(level)}" for level in factor.levels]
        for path, factor in factors.items()
    ]
    for levels, parts in zip(
        product(*(factor.levels for factor in factors.values())), product(*texts), strict=True
    ):
        yield levels, " ".join(parts)


def short_names(paths: tuple[str, ...]) -> dict[str, str]:
    """The shortest end of each path that no other path shares: model.init.scale → scale."""
    return {path: next(s for s in _suffixes(path) if _is_unique(s, paths)) for path in paths}


def _suffixes(path: str) -> Iterator[str]:
    parts = path.split(".")
    return (".".join(parts[start:]) for start in reversed(range(len(parts))))


def _is_unique(suffix: str, paths: tuple[str, ...]) -> bool:
    return sum(f".{path}".endswith(f".{suffix}") for path in paths) == 1


def _variants(
    paths: tuple[str, ...], found: list[tuple[Levels, str, TrialSettings]]
) -> Iterator[Variant]:
    by_path = [dict(zip(paths, levels, strict=True)) for levels, _, _ in found]
    for levels, name, (_, label, settings) in zip(by_path, _ids(by_path), found, strict=True):
        yield Variant(name, label, levels, settings)


def _ids(combinations: list[dict[str, Level]]) -> list[str]:
    """8 hex digits each, more only where two variants of the study would share them."""
    digests = [
        hashlib.sha256(json.dumps(levels, sort_keys=True).encode()).hexdigest()
        for levels in combinations
    ]
    digits = 8
    while len({digest[:digits] for digest in digests}) < len(digests):
        digits += 4
    return [digest[:digits] for digest in digests]
