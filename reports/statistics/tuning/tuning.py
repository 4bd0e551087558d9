"""What the tuning selected for every variant, and how much hangs on which tuning it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from orchestrator.plan_document import Selected, Tune, Variant
from orchestrator.reports.data.read import Tables
from orchestrator.reports.statistics.outcomes.outcomes import Outcome


@dataclass(frozen=True)
class StudySpread:
    """Of one variant's final metric, in its unit."""

    means: tuple[float, ...]  # over the replicates of each tuning study
    between: float  # sd of these means
    within: float | None  # sd over replicates of one tuning study, pooled; None with one each
    by_seeds: float | None  # what `between` would be about if seeds alone made it


@dataclass(frozen=True)
class TunedVariant:
    """What was selected for one variant."""

    variant_id: str
    label: str
    selected: tuple[Selected | None, ...]  # one a tuning study
    spread: StudySpread | None  # None with fewer than two tuning studies


@dataclass(frozen=True)
class Tuning:
    """The tuning of a study."""

    tune: Tune
    counts: Mapping[str, int]  # completed, diverged, failed, missing → trials
    variants: tuple[TunedVariant, ...]

    @property
    def trials(self) -> int:
        return sum(self.counts.values())


def tuning(tables: Tables, results: Mapping[str, Outcome]) -> Tuning | None:
    """None for a study that does not tune.

    results: variant id → final values of its replicates.
    """
    plan = tables.plan
    if plan.tune is None:
        return None
    counts = tables.tuning["status"].value_counts().items()
    return Tuning(
        tune=plan.tune,
        counts={str(status): int(count) for status, count in counts},
        variants=tuple(_tuned(v, results[v.variant_id], plan.tune.studies) for v in plan.variants),
    )


def _tuned(variant: Variant, result: Outcome, studies: int) -> TunedVariant:
    spread = study_spread(result.values, studies)
    return TunedVariant(variant.variant_id, variant.label, variant.selected, spread)


def study_spread(values: Mapping[int, float], studies: int) -> StudySpread | None:
    """The spread over tuning studies; replicate r belongs to tuning study r mod k.

    values: replicate → final value. None where fewer than two tuning studies have one.

    Answers: how different would the result be, had the tuning gone another way?
    Assumes: tuning studies are independent; they have points and seeds of their own.
    Misleads: with few tuning studies, where it is a rough guess; and it is never only that of
        tuning, as each mean also carries the luck of its few seeds: `by_seeds`.
    Source: Bouthillier et al. 2021, "Accounting for Variance in Machine Learning Benchmarks".
    """
    groups = [[x for r, x in values.items() if r % studies == study] for study in range(studies)]
    own = [group for group in groups if group]
    if len(own) < 2:
        return None
    means = [float(np.mean(group)) for group in own]
    within = _pooled(own)
    by_seeds = None if within is None else within * _error(own)
    return StudySpread(tuple(means), float(np.std(means, ddof=1)), within, by_seeds)


def _error(groups: Sequence[Sequence[float]]) -> float:
    """Of the mean of one group, over the sd of its values; the root mean square of all."""
    return float(np.sqrt(np.mean([1 / len(group) for group in groups])))


def _pooled(groups: Sequence[Sequence[float]]) -> float | None:
    """Standard deviation inside groups."""
    freedom = sum(len(group) - 1 for group in groups)
    squares = sum(float(np.var(group)) * len(group) for group in groups)
    return float(np.sqrt(squares / freedom)) if freedom else None
