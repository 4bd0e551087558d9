"""Baselines so close to the best possible value that no variant can be better by much."""

from collections.abc import Mapping, Sequence

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.outcomes.bounds import best_possible
from orchestrator.reports.statistics.outcomes.outcomes import Outcome


def near_best(
    compare: Compare, results: Mapping[str, Outcome], rows: Sequence[Comparison]
) -> tuple[str, ...]:
    """Ids of baselines nearer to the best value than the smallest difference that matters.

    results: by variant id. Empty where the best value or that difference is not known. Baselines
    all of whose comparisons are stuck are left out: `Comparison.stuck` says more of them.

    Answers: could a variant be better than its baseline by a difference that matters?
    Assumes: the baseline's mean, as its true value.
    Misleads: as a property of the variant. The task may be too easy to separate good ones.
    Source: the ceiling effect, see `bounds.at_bound`.
    """
    best, smallest = best_possible(compare), compare.smallest_difference
    if best is None or smallest is None:
        return ()
    compared = {row.baseline for row in rows if row.difference is not None and not row.stuck}
    means = {variant: results[variant].mean for variant in results if variant in compared}
    return tuple(v for v, mean in means.items() if mean is not None and abs(best - mean) < smallest)
