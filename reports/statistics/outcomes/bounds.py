"""The best and the worst value that a metric can have, and how many replicates lie there."""

from collections.abc import Mapping
from math import inf

from orchestrator.plan_document import Compare

_LEAST = {"mse": 0.0, "loss": 0.0}  # of errors; how large they can get is not known


def limits(name: str, unit: str) -> tuple[float, float]:
    """(least, most) that a metric can be, infinite where not known; name: without its split."""
    return (0.0, 1.0) if unit == "share" else (_LEAST.get(name, -inf), inf)


def within_range(compare: Compare, low: float, high: float) -> tuple[float, float]:
    """Ends that a difference of the metric can have: two shares differ by at most 1."""
    least, most = limits(compare.metric.split("/")[-1], compare.unit)
    return max(low, least - most), min(high, most - least)


def best_possible(compare: Compare) -> float | None:
    """The best value that the metric can have; None where that is not known."""
    if compare.unit == "share":
        return 1.0 if compare.direction == "maximize" else 0.0
    least = _LEAST.get(compare.metric.split("/")[-1])
    return least if compare.direction == "minimize" else None


def bounds(compare: Compare) -> tuple[float, ...]:
    """The known ends of the metric's range, the best one first."""
    best = best_possible(compare)
    worst = (1.0 - best,) if best is not None and compare.unit == "share" else ()
    return () if best is None else (best, *worst)


def at_bound(
    compare: Compare, a: Mapping[int, float], b: Mapping[int, float]
) -> tuple[float | None, int]:
    """(bound, replicates in which both variants lie there); (None, 0) where there are none.

    a, b: replicate → final value. Of variants that do not share their replicates, all or none.

    Answers: could the metric have shown a difference between these two at all?
    Assumes: the metric's unit says what its bounds are: 0 and 1 for a share, 0 for an error.
    Misleads: as a sign that the variants are alike. Two that never err on an easy task may be far
        apart on a harder one. Values close to a bound are squeezed as well, and not counted here;
        where the mean of a baseline is that close, the page warns of it.
    Source: Cohen 1995, "Empirical Methods for Artificial Intelligence", ch. 3, on ceiling and
        floor effects.
    """
    counts = {end: _both(end, a, b) for end in bounds(compare)}
    end = max(counts, key=lambda each: counts[each], default=None)
    return (end, counts[end]) if end is not None and counts[end] else (None, 0)


def _both(end: float, a: Mapping[int, float], b: Mapping[int, float]) -> int:
    if a.keys() == b.keys():
        return sum(a[replicate] == b[replicate] == end for replicate in a)
    every = all(value == end for value in (*a.values(), *b.values()))
    return min(len(a), len(b)) if every else 0
