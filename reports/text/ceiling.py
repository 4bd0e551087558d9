"""Ceiling effects in words: comparisons that could show nothing, and baselines without room."""

from collections.abc import Iterator, Mapping, Sequence

from orchestrator.reports.data.read import Compare, Plan
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.outcomes.bounds import best_possible, bounds
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.text.names import (
    count_text,
    difference_text,
    difference_unit,
    metric_text,
    value_text,
)
from orchestrator.reports.variants import names_of

MANY = 0.5  # share of the replicates at a bound from which on a verdict says so


def bound_text(compare: Compare, row: Comparison) -> str:
    """What stands after a verdict whose replicates lie at a bound; nothing where few do."""
    if row.bound is None or row.at_bound < MANY * row.n:
        return ""
    verb = "reach" if row.bound == best_possible(compare) else "stay at"
    value = value_text(row.bound, compare.unit)
    if row.stuck:
        return f"; both {verb} {value} in every replicate, so no difference can show"
    return f"; in {row.at_bound} of {row.n} replicates both {verb} {value}"


def ceiling_warnings(
    plan: Plan, results: Mapping[str, Outcome], rows: Sequence[Comparison]
) -> Iterator[str]:
    """What stands above the verdicts; results: by variant id."""
    for end in bounds(plan.compare):
        at = sum(row.stuck and row.bound == end for row in rows)
        if at:
            yield _stuck(plan.compare, end, at, len(rows))
    close = _close(plan.compare, results, rows)
    if close:
        yield _little_room(plan, results, close)


def _stuck(compare: Compare, end: float, at: int, rows: int) -> str:
    best = end == best_possible(compare)
    kind, name = ("Ceiling", "best") if best else ("Floor", "worst")
    cure = "a harder task or less training" if best else "an easier task or more training"
    return (
        f"{kind}: in {at} of {count_text(rows, 'comparison')} every replicate of both variants has "
        f"the {name} {metric_text(compare.metric)} there is, {value_text(end, compare.unit)}. No "
        f"difference can show there, however many replicates are run; with {cure} one could."
    )


def _close(
    compare: Compare, results: Mapping[str, Outcome], rows: Sequence[Comparison]
) -> list[str]:
    """Ids of baselines nearer to the best value than the smallest difference that matters."""
    best, smallest = best_possible(compare), compare.smallest_difference
    if best is None or smallest is None:
        return []
    compared = {row.baseline for row in rows if row.difference is not None and not row.stuck}
    means = {variant: results[variant].mean for variant in results if variant in compared}
    return [v for v, mean in means.items() if mean is not None and abs(best - mean) < smallest]


def _little_room(plan: Plan, results: Mapping[str, Outcome], close: Sequence[str]) -> str:
    compare, names = plan.compare, names_of(plan)
    unit, best = compare.unit, value_text(best_possible(compare), compare.unit)
    said = [f"{names[v]}: {value_text(results[v].mean, unit)}" for v in close[:3]]
    more = [f"{len(close) - 3} more"] if len(close) > 3 else []
    size = f"{difference_text(compare.smallest_difference, unit).lstrip('+')}"
    return (
        f"Little room: {count_text(len(close), 'baseline')} ({'; '.join([*said, *more])}) within "
        f"{size} {difference_unit(unit)}, the smallest difference that matters, of {best}, the "
        f"best {metric_text(compare.metric)} there is. Nothing can be better by as much, and "
        "equivalent says as much of the task as of the variants."
    )
