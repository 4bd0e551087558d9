"""Variants against their baselines by which trials solve the task, and by when."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.comparisons.comparisons import contrasts
from orchestrator.reports.statistics.comparisons.family import exact_family
from orchestrator.reports.statistics.outcomes.divergence import Values
from orchestrator.reports.statistics.outcomes.log_rank import log_rank, log_rank_scores
from orchestrator.reports.statistics.outcomes.share_differences import (
    Interval,
    fisher_p,
    paired_interval,
    unpaired_interval,
)
from orchestrator.reports.statistics.outcomes.solve_times import SolveTimes
from orchestrator.reports.statistics.outcomes.solved import solved_by_replicate

Flags = Mapping[int, bool]  # by replicate: whether its trial solved the task


@dataclass(frozen=True)
class SolvedComparison:
    """One contrast, variant − baseline; shares."""

    variant: str  # variant ids
    baseline: str
    paired: bool  # both have the same replicates
    solved: tuple[int, int]  # k of n trials
    baseline_solved: tuple[int, int]
    difference: float
    low: float  # Newcombe's 95 % interval of this difference alone
    high: float
    p: float  # McNemar's exact test; unpaired: Fisher's
    p_adjusted: float
    log_rank_p: float | None  # of the times until solved; None where they are not known
    log_rank_p_adjusted: float | None


def solved_comparisons(
    plan: PlanDocument, trials: pd.DataFrame, times: Mapping[str, SolveTimes]
) -> tuple[SolvedComparison, ...]:
    """Every contrast of two variants whose task can be solved.

    trials: variant_id, replicate, status, `final.<split>/solved`. times: by variant id.

    Answers: does a variant solve its task in more seeds than its baseline, and does it get there
        sooner?
    Assumes: replicates are independent; those of a pair share their seed, and under the null
        hypothesis either of the two could have had the other's outcome. Swapping the outcomes of
        pairs flips the signs of their differences: of 0/1 answers that is McNemar's exact test, of
        log-rank scores an exact log-rank test. Each of the two tests is one family over all
        contrasts, by step-down max-T. Where a trial failed the contrast is unpaired: Fisher's
        test and the ordinary log-rank test, by Holm.
    Misleads: by what is too few to show. Only pairs of which one alone solved the task count: 5 of
        them cannot give a p below .062, however many replicates there are. The log-rank test may
        find what the shares do not, as it looks at when; it finds nothing where curves cross.
    Source: McNemar 1947; Fisher 1935; Mantel 1966; Westfall & Young 1993; intervals by Newcombe
        1998.
    """
    flags = solved_by_replicate(trials, plan.compare.metric.split("/")[0])
    pairs = [(v, b) for v, b in contrasts(plan.variants)[0] if v in flags and b in flags]
    sides = [(flags[variant], flags[baseline]) for variant, baseline in pairs]
    tested = exact_family([_share_test(*each) for each in sides])
    sooner = _log_ranks(pairs, times)
    return tuple(
        _row(pair, *each, *p, *sooner.get(pair, (None, None)))
        for pair, each, p in zip(pairs, sides, tested, strict=True)
    )


def _share_test(own: Flags, base: Flags) -> Values | float:
    """Differences of pairs, or Fisher's p."""
    if own.keys() != base.keys():
        return fisher_p(_count(own), _count(base))
    return {replicate: float(flag) - float(base[replicate]) for replicate, flag in own.items()}


def _count(flags: Flags) -> tuple[int, int]:
    return sum(flags.values()), len(flags)


def _row(
    pair: tuple[str, str],
    own: Flags,
    base: Flags,
    p: float,
    adjusted: float,
    log_rank_p: float | None,
    log_rank_adjusted: float | None,
) -> SolvedComparison:
    counts = _count(own), _count(base)
    difference = counts[0][0] / counts[0][1] - counts[1][0] / counts[1][1]
    return SolvedComparison(
        *pair, own.keys() == base.keys(), *counts, difference, *_interval(own, base), p, adjusted,
        log_rank_p, log_rank_adjusted,
    )  # fmt: skip


def _interval(own: Flags, base: Flags) -> Interval:
    if own.keys() != base.keys():
        return unpaired_interval(_count(own), _count(base))
    seen = [(flag, base[replicate]) for replicate, flag in own.items()]
    both, first, second, neither = (
        seen.count(kind) for kind in ((True, True), (True, False), (False, True), (False, False))
    )
    return paired_interval(both, first, second, neither)


def _log_ranks(
    pairs: list[tuple[str, str]], times: Mapping[str, SolveTimes]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Pair → (p, p adjusted), of the pairs whose times are known."""
    known = [(v, b) for v, b in pairs if v in times and b in times]
    tested = exact_family([log_rank_test(times[v], times[b]) for v, b in known])
    return dict(zip(known, tested, strict=True))


def log_rank_test(own: SolveTimes, base: SolveTimes) -> Values | float:
    """Differences of the pairs' log-rank scores, or the p of the ordinary log-rank test.

    The scores come from all trials of both, which swapping pairs does not change; half of the sum
    of the differences is the log-rank test's observed − expected.
    """
    together = np.concatenate([own.times, base.times]), np.concatenate([own.reached, base.reached])
    first = np.arange(together[0].size) < own.times.size
    own_places, base_places = (
        {int(r): place for place, r in enumerate(each.replicates)} for each in (own, base)
    )
    if own_places.keys() != base_places.keys():
        return log_rank(*together, first)[1]
    scores = log_rank_scores(*together)
    a, b = scores[first], scores[~first]
    return {r: float(a[place] - b[base_places[r]]) for r, place in own_places.items()}
