"""Where each variant lies beside its task's baseline, and how many of its seeds have learnt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.outcomes.bounds import best_possible
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.statistics.tasks.baselines import Baseline

Place = Literal["better", "worse", "at", "open"]
"""Of a mean beside the baseline: see `learning`."""

LEARNT = 0.1  # share of the way from the baseline to the best value that a seed has to come
NEAR = 0.02  # of the same way: a mean that is surely no farther from the baseline is at it


_ROUNDING = 1e-9


@dataclass(frozen=True)
class Learning:
    """One variant beside its task's baseline."""

    baseline: float  # in the metric's unit
    place: Place
    learnt: int | None  # seeds that have learnt; None where the best possible value is not known
    seeds: int  # that completed or diverged
    learns: bool | None  # whether the mean has learnt; None where the interval leaves it open


def learning(
    compare: Compare,
    results: Mapping[str, Outcome],
    baselines: Mapping[str, Sequence[Baseline]],
) -> dict[str, Learning]:
    """By variant id, of variants with a task's baseline and a trial that completed or diverged.

    baselines: by metric.

    Answers: has this variant learnt anything that the metric can show, and in how many seeds?
        better, worse: the 95 % interval of the mean lies on one side of the baseline. at: it lies
        within `NEAR` of the baseline. open: all else, so that they cannot be distinguished. A seed
        has learnt from `LEARNT` of the way to the best possible value on; a mean has where its
        whole interval lies there.
    Assumes: what the t-interval does; the baseline, a mean over replicates too, is taken as known.
    Misleads: with two or three replicates, whose interval reaches far; and as a sign that a variant
        cannot learn. It did not with these settings, in this time. Both shares are conventions. Of
        a mean of seeds that did and seeds that did not learn, only the count says what happened.
    Source: the floor effect, see `bounds.at_bound`; baselines as in `baselines.baselines`; `at` is
        an equivalence test by interval (Schuirmann 1987), at 2.5 % a side.
    """
    groups = baselines.get(compare.metric.split("/")[-1], ())
    least = {variant: each.value for each in groups for variant in each.variants}
    return {v: _learning(compare, results[v], least[v]) for v in results if v in least}


def unlearnt(found: Mapping[str, Learning]) -> tuple[str, ...]:
    """Ids of variants whose mean is not shown to be better than the task's baseline."""
    return tuple(variant for variant, each in found.items() if each.place != "better")


def _learning(compare: Compare, result: Outcome, least: float) -> Learning:
    best = best_possible(compare)
    way = abs(best - least) if best is not None else None
    sign = 1 if compare.direction == "maximize" else -1
    seeds = result.n + result.counts.get("diverged", 0)
    low, high = (_gain(sign, end, least) for end in (result.low, result.high))
    ends = None if low is None or high is None else (min(low, high), max(low, high))
    return Learning(
        least,
        _place(ends, way),
        _count(result.values.values(), sign, least, way),
        seeds,
        _learns(ends, way, complete=seeds == result.n),
    )


def _gain(sign: int, value: float | None, least: float) -> float | None:
    """By how much a value is better than the baseline."""
    return None if value is None else sign * (value - least)


def _place(ends: tuple[float, float] | None, way: float | None) -> Place:
    if ends is None:
        return "open"
    near = max(NEAR * (way or 0.0), _ROUNDING)
    if -near <= ends[0] and ends[1] <= near:
        return "at"
    if ends[0] > 0:
        return "better"
    return "worse" if ends[1] < 0 else "open"


def _count(values: Iterable[float], sign: int, least: float, way: float | None) -> int | None:
    if not way:
        return None
    return sum(sign * (value - least) >= LEARNT * way for value in values)


def _learns(ends: tuple[float, float] | None, way: float | None, *, complete: bool) -> bool | None:
    """Of a variant that lost trials, the interval is of the survivors and says nothing."""
    if ends is None or not way or not complete:
        return None
    if ends[0] >= LEARNT * way:
        return True
    return False if ends[1] < LEARNT * way else None
