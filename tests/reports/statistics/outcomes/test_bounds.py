"""The ends of a metric's range, and replicates that lie there."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.outcomes.bounds import at_bound, best_possible, bounds

SHARE = Compare("test/accuracy", "maximize", "share", {}, 0.005)
ERROR = Compare("test/mse", "minimize", "squared unit", {}, 0.005)
VALUES = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=6, max_size=6)


def test_bounds_are_those_of_the_unit() -> None:
    assert bounds(SHARE) == (1.0, 0.0)
    assert bounds(dataclasses.replace(SHARE, direction="minimize")) == (0.0, 1.0)
    assert bounds(ERROR) == (0.0,)
    unbounded = dataclasses.replace(ERROR, metric="test/score")
    for unknown in (unbounded, dataclasses.replace(ERROR, direction="maximize")):
        assert (best_possible(unknown), bounds(unknown)) == (None, ())


@given(VALUES, VALUES)
def test_replicates_at_a_bound_are_counted_as_by_hand(a: list[float], b: list[float]) -> None:
    bound, n = at_bound(SHARE, dict(enumerate(a)), dict(enumerate(b)))
    tops = sum(x == y == 1 for x, y in zip(a, b, strict=True))
    feet = sum(x == y == 0 for x, y in zip(a, b, strict=True))
    assert n == max(tops, feet)
    assert bound == (None if n == 0 else 1.0 if tops >= feet else 0.0)


def test_without_shared_replicates_it_is_all_or_none() -> None:
    assert at_bound(SHARE, {0: 1.0, 1: 1.0}, {0: 1.0, 1: 1.0, 2: 1.0}) == (1.0, 2)
    assert at_bound(SHARE, {0: 1.0, 1: 1.0}, {0: 1.0, 1: 1.0, 2: 0.9}) == (None, 0)
