"""Several tasks in one study: scores that mean the same in each, and what they say together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from orchestrator.gradient_metrics import is_gradient
from orchestrator.plan_document import Compare, Level, PlanDocument, Variant
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.bounds import best_possible
from orchestrator.reports.statistics.outcomes.divergence import Diverged
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.statistics.tasks.baselines import Baseline
from orchestrator.reports.statistics.tasks.bootstrap import bootstrap, profile
from orchestrator.reports.statistics.tasks.ranks import Ranks, ranks

Levels = tuple[tuple[str, Level], ...]
STEPS = 100  # of the thresholds of a profile
LOWEST = -1.0  # as far below the baseline as the best value is above it; no profile goes lower


@dataclass(frozen=True)
class Scale:
    """What a task's scores are measured by, in the metric's unit."""

    zero: float
    one: float
    zero_is_baseline: bool  # else the worst variant's mean
    one_is_possible: bool  # the best value there is; else the best variant's mean


@dataclass(frozen=True)
class Contender:
    """What is compared over tasks: a variant's levels but for its task."""

    levels: Mapping[str, Level]
    variants: tuple[str, ...]  # ids, one a task
    n: int  # scores
    diverged: int  # of them, scored 0
    means: tuple[float, ...]  # score by task
    iqm: float
    low: float
    high: float
    profile: tuple[Floats, Floats, Floats]  # share above each threshold, low, high


@dataclass(frozen=True)
class AcrossTasks:
    """In the order of the study."""

    tasks: tuple[Mapping[str, Level], ...]
    scales: tuple[Scale, ...]
    contenders: tuple[Contender, ...]
    thresholds: Floats  # of the profiles, over the range of the scores
    below: int  # scores under the lowest threshold
    ranks: Ranks
    left_out: int  # contenders that some task lacks


def across_tasks(
    plan: PlanDocument,
    results: Mapping[str, Outcome],
    baselines: Mapping[str, Sequence[Baseline]],
    diverged: Mapping[str, Diverged],
) -> AcrossTasks | None:
    """None where the study has one task, or one contender, or compares a gradient.

    results, diverged: by variant id. baselines: by metric, of the tasks that have one.

    Answers: which contender is best over all tasks of the study?
    Assumes: a score of 0 is the task's baseline and 1 the best value possible (an accuracy of 1, an
        error of 0); where one of them is unknown, the worst or the best variant's mean replaces it.
        A diverged trial scores 0; failed and missing ones have no score.
    Misleads: by what 1 means: a task in which nobody can get near the best weighs like one in which
        everybody does. Where means replace a bound, scores change with who is in the study.
    Source: Agarwal et al. 2021; normalised as there, between chance and best.
    """
    grid = _grid(plan)
    whole = {c: row for c, row in grid.items() if all(v and _n(results, diverged, v) for v in row)}
    tasks = _tasks(plan)
    if len(tasks) < 2 or len(whole) < 2 or is_gradient(plan.compare.metric):
        return None
    columns = [[row[place] for row in whole.values()] for place in range(len(tasks))]
    least = _by_variant(baselines.get(plan.compare.metric.split("/")[-1], ()))
    scales = [_scale(plan.compare, results, least, [v for v in c if v]) for c in columns]
    if any(scale is None for scale in scales):
        return None
    known = [scale for scale in scales if scale]
    strata = {row: _strata(row, known, results, diverged) for row in map(_ids, whole.values())}
    every = np.concatenate([each for own in strata.values() for each in own])
    steps = thresholds(every)
    contenders = tuple(
        _contender(dict(levels), _ids(row), strata[_ids(row)], steps, diverged)
        for levels, row in whole.items()
    )
    means = np.array([contender.means for contender in contenders]).T
    return AcrossTasks(
        tuple(map(dict, tasks)), tuple(known), contenders, steps, int((every < steps[0]).sum()),
        ranks(means), len(grid) - len(whole),
    )  # fmt: skip


def thresholds(scores: Floats) -> Floats:
    """(STEPS,) from just below the lowest score, or LOWEST, to just above the highest."""
    low, high = max(float(scores.min()), LOWEST), max(float(scores.max()), LOWEST)
    air = 0.02 * (high - low) or 0.02
    return np.linspace(low - air, high + air, STEPS)


def _by_variant(found: Sequence[Baseline]) -> dict[str, float]:
    return {variant: each.value for each in found for variant in each.variants}


def _task_of(variant: Variant) -> Levels:
    return tuple((p, level) for p, level in variant.levels.items() if p.startswith("task."))


def _rest_of(variant: Variant) -> Levels:
    return tuple((p, level) for p, level in variant.levels.items() if not p.startswith("task."))


def _tasks(plan: PlanDocument) -> list[Levels]:
    return list(dict.fromkeys(_task_of(variant) for variant in plan.variants))


def _grid(plan: PlanDocument) -> dict[Levels, list[str | None]]:
    """Levels but for the task's → variant id by task."""
    ids = {(_rest_of(v), _task_of(v)): v.variant_id for v in plan.variants}
    rows, tasks = dict.fromkeys(_rest_of(v) for v in plan.variants), _tasks(plan)
    return {rest: [ids.get((rest, task)) for task in tasks] for rest in rows}


def _n(results: Mapping[str, Outcome], diverged: Mapping[str, Diverged], variant: str) -> int:
    return results[variant].n + len(diverged.get(variant, {}))


def _scale(
    compare: Compare,
    results: Mapping[str, Outcome],
    baselines: Mapping[str, float],
    variants: Sequence[str],
) -> Scale | None:
    """Of one task; None where nothing completed, or nothing lies between 0 and 1."""
    favour = 1 if compare.direction == "maximize" else -1
    means = sorted(favour * m for v in variants if (m := results[v].mean) is not None)
    if not means:
        return None
    floor = next((baselines[v] for v in variants if v in baselines), None)
    best = best_possible(compare)
    zero = favour * means[0] if floor is None else floor
    one = favour * means[-1] if best is None else best
    return Scale(zero, one, floor is not None, best is not None) if zero != one else None


def _contender(
    levels: Mapping[str, Level],
    variants: tuple[str, ...],
    strata: Sequence[Floats],
    steps: Floats,
    diverged: Mapping[str, Diverged],
) -> Contender:
    iqm, low, high = (float(x) for x in bootstrap(strata))
    return Contender(
        levels, variants, sum(each.size for each in strata),
        sum(len(diverged.get(variant, {})) for variant in variants),
        tuple(float(each.mean()) for each in strata), iqm, low, high,
        bootstrap(strata, profile(steps)),
    )  # fmt: skip


def _ids(row: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(variant for variant in row if variant)


def _strata(
    variants: Sequence[str],
    scales: Sequence[Scale],
    results: Mapping[str, Outcome],
    diverged: Mapping[str, Diverged],
) -> list[Floats]:
    """The scores of each task."""
    return [
        _scores(results[variant], scale, len(diverged.get(variant, {})))
        for variant, scale in zip(variants, scales, strict=True)
    ]


def _scores(outcome: Outcome, scale: Scale, lost: int) -> Floats:
    values = np.array([outcome.values[replicate] for replicate in sorted(outcome.values)])
    return np.concatenate([(values - scale.zero) / (scale.one - scale.zero), np.zeros(lost)])
