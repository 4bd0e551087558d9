"""Two studies side by side: what differs in their design, and in the variants that both have."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from orchestrator.plan_document import Level, PlanDocument, Variant
from orchestrator.reports.data.errors import ReportError
from orchestrator.reports.statistics.comparisons.comparisons import Comparison, compare_pairs
from orchestrator.reports.statistics.gradients.compared import read_study_trials
from orchestrator.reports.statistics.outcomes.divergence import diverged
from orchestrator.reports.statistics.outcomes.outcomes import Outcome, outcomes

T = TypeVar("T")
ABSENT = "–"  # a setting that one of the studies does not have


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in both designs."""

    what: str  # "training.epochs"
    a: Any
    b: Any


@dataclass(frozen=True)
class Match:
    """A variant that both studies have, by its levels of the factors of either."""

    levels: Mapping[str, Level]
    a: Outcome
    b: Outcome
    same_trials: int  # trials that both studies share, with the same id
    comparison: Comparison  # b − a


@dataclass(frozen=True)
class TwoStudies:
    """Everything that is said of two studies."""

    a: str
    b: str
    metric: str
    unit: str
    paired: bool  # whether replicate r of both has the same seeds
    adjustment: str
    differences: tuple[Difference, ...]
    matches: tuple[Match, ...]
    only_a: tuple[str, ...]  # labels of variants
    only_b: tuple[str, ...]
    unstored_a: int  # trials in the study's tables that the store does not have
    unstored_b: int


@dataclass(frozen=True)
class Side:
    """One of the two."""

    plan: PlanDocument
    trials: pd.DataFrame
    unstored: int = 0  # trials in the tables that the store does not have

    def settings(self, variant: Variant) -> dict[str, Level]:
        return {**self.plan.fixed, **variant.settings, **variant.levels}


def read_side(folder: Path, unstored: int = 0) -> Side:
    """Raises ReportError for a folder without a readable plan.json."""
    return Side(*read_study_trials(folder), unstored)


def two_studies(a: Side, b: Side) -> TwoStudies:
    """b − a of every variant that both have, on the metric that a compares.

    Answers: does the same variant do better in study b than in study a?
    Assumes: with the same study seed, replicate r of both has the same splits, orders and initial
        draws, so that differences are paired over the replicates that both have; else Welch.
    Misleads: where the studies differ in more than one thing: the difference is then of all of
        them together. If they differ in the data, pairs share less than within one study.
    Source: the statistics of `comparisons`, diverged trials counted as there.
    """
    metric = a.plan.compare.metric
    if f"final.{metric}" not in b.trials:
        raise ReportError(f"{b.plan.study} has no {metric}, which {a.plan.study} compares")
    paths = tuple(dict.fromkeys([*a.plan.factors, *b.plan.factors]))
    of_a, of_b = (_by_levels(side, paths) for side in (a, b))
    shared = [levels for levels in of_a if levels in of_b]
    pairs = [(of_a[levels], of_b[levels]) for levels in shared]
    paired = a.plan.seed == b.plan.seed
    rows, how = _compared(a, b, pairs, paired)
    results = [outcomes(side.trials, a.plan.compare) for side in (a, b)]
    return TwoStudies(
        a=a.plan.study, b=b.plan.study, metric=metric, unit=a.plan.compare.unit, paired=paired,
        adjustment=how, differences=tuple(differences(a.plan, b.plan)),
        matches=tuple(
            Match(dict(zip(paths, levels, strict=True)), results[0][u.variant_id],
                  results[1][v.variant_id], len(set(u.trials) & set(v.trials)), row)
            for levels, (u, v), row in zip(shared, pairs, rows, strict=True)
        ),
        only_a=tuple(v.label for levels, v in of_a.items() if levels not in of_b),
        only_b=tuple(v.label for levels, v in of_b.items() if levels not in of_a),
        unstored_a=a.unstored, unstored_b=b.unstored,
    )  # fmt: skip


def _by_levels(side: Side, paths: tuple[str, ...]) -> dict[tuple[Level, ...], Variant]:
    """Levels of the factors of either study → variant; what is no factor here is fixed here."""
    found: dict[tuple[Level, ...], Variant] = {}
    for variant in side.plan.variants:
        settings = side.settings(variant)
        found.setdefault(tuple(settings.get(path, ABSENT) for path in paths), variant)
    return found


def _compared(
    a: Side, b: Side, pairs: Iterable[tuple[Variant, Variant]], paired: bool
) -> tuple[tuple[Comparison, ...], str]:
    """The comparisons of `pairs`; variants of a as baselines."""
    common = min(a.plan.replicates, b.plan.replicates) if paired else None
    values: dict[str, dict[int, float]] = {}
    lost: dict[str, dict[int, float | None]] = {}
    for name, side in (("a", a), ("b", b)):
        metric = a.plan.compare.metric
        shift = 0 if paired or name == "a" else a.plan.replicates  # other seeds: other replicates
        for variant, outcome in outcomes(side.trials, a.plan.compare).items():
            values[f"{name}/{variant}"] = _kept(outcome.values, common, shift)
        for variant, of in diverged(side.trials, metric).items():
            lost[f"{name}/{variant}"] = _kept(of, common, shift)
    names = [(f"b/{v.variant_id}", f"a/{u.variant_id}") for u, v in pairs]
    return compare_pairs(a.plan.compare, names, values, lost)


def _kept(values: Mapping[int, T], common: int | None, shift: int) -> dict[int, T]:
    """The replicates that both studies have, if they are paired; else all, under other numbers."""
    return {r + shift: x for r, x in values.items() if common is None or r < common}


def differences(a: PlanDocument, b: PlanDocument) -> Iterator[Difference]:
    """What differs in the design, the most important first."""
    yield from _apart("compare.metric", a.compare.metric, b.compare.metric)
    yield from _apart("design", a.design, b.design)
    yield from _maps("factor ", _listed(a.factors), _listed(b.factors))
    settings = _settings(a), _settings(b)
    factors = {*a.factors, *b.factors}
    yield from _maps("", *({p: x for p, x in of.items() if p not in factors} for of in settings))
    yield from _apart("replicates", a.replicates, b.replicates)
    yield from _apart("seed", a.seed, b.seed)
    yield from _maps("data ", a.identity.data, b.identity.data)
    yield from _maps("code ", a.identity.code, b.identity.code)


def _settings(plan: PlanDocument) -> dict[str, Level]:
    """Settings that are the same in all variants, and as a list those that are not."""
    varying: dict[str, list[str]] = {}
    for variant in plan.variants:
        for path, value in variant.settings.items():
            varying.setdefault(path, []).append(str(value))
    return {**plan.fixed, **{p: ", ".join(dict.fromkeys(each)) for p, each in varying.items()}}


def _listed(factors: Mapping[str, tuple[Level, ...]]) -> dict[str, str]:
    return {path: ", ".join(map(str, levels)) for path, levels in factors.items()}


def _maps(kind: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys([*a, *b]):
        yield from _apart(f"{kind}{name}", a.get(name, ABSENT), b.get(name, ABSENT))


def _apart(what: str, a: Any, b: Any) -> Iterator[Difference]:
    if a != b:
        yield Difference(what, a, b)
