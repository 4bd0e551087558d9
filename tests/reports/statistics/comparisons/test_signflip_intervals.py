"""Intervals that invert the sign-flip test: exact where it is exact, honest for a family."""

import numpy as np
import pytest

from orchestrator.reports.statistics.comparisons.signflip import max_t_p, signflip_p
from orchestrator.reports.statistics.comparisons.signflip_intervals import (
    signflip_intervals,
    simultaneous_intervals,
)
from orchestrator.reports.statistics.intervals import Floats

STEP = 1e-7


def drawn(n: int, m: int, seed: int = 0, shift: float = 0.8) -> Floats:
    """(n, m) differences from a shared baseline."""
    rng = np.random.default_rng(seed)
    return np.asarray(shift + rng.standard_normal((n, 1)) + rng.standard_normal((n, m)))


def everywhere(differences: Floats) -> np.ndarray:
    return np.ones(differences.shape, dtype=bool)


@pytest.mark.parametrize("n", [6, 7, 10, 14, 20])
def test_the_test_rejects_just_outside_and_not_inside(n: int) -> None:
    d = drawn(n, 2)
    for column, (low, high) in enumerate(signflip_intervals(d, everywhere(d), 0.05).pairs()):
        inside, outside = (
            signflip_p(np.column_stack([d[:, column] - low - side, d[:, column] - high + side]))
            for side in (STEP, -STEP)
        )
        assert (inside > 0.05).all()
        assert (outside <= 0.05).all()


def test_six_pairs_have_the_range_of_their_differences() -> None:
    d = drawn(6, 3)
    ends = signflip_intervals(d, everywhere(d), 0.05)
    np.testing.assert_allclose(ends.low, d.min(axis=0))
    np.testing.assert_allclose(ends.high, d.max(axis=0))


def test_five_pairs_exclude_nothing() -> None:
    d = drawn(5, 1)
    assert signflip_intervals(d, everywhere(d), 0.05).pairs() == [(-np.inf, np.inf)]


def test_a_family_of_one_has_the_interval_of_one() -> None:
    d = drawn(9, 1)
    alone, together = (f(d, everywhere(d), 0.05) for f in BOTH)
    assert alone.pairs() == together.pairs()


BOTH = signflip_intervals, simultaneous_intervals


@pytest.mark.parametrize("n", [6, 8, 12])
def test_a_family_has_wider_intervals_and_excludes_zero_only_where_max_t_rejects(n: int) -> None:
    for seed in range(20):
        d = drawn(n, 4, seed)
        alone, together = (f(d, everywhere(d), 0.05) for f in BOTH)
        assert (together.low <= alone.low).all()
        assert (together.high >= alone.high).all()
        excluded = (together.low > 0) | (together.high < 0)
        assert (max_t_p(d)[excluded] <= 0.05).all()


def test_a_replicate_that_no_side_has_changes_nothing() -> None:
    d = drawn(8, 2)
    more = np.vstack([d, np.zeros((1, 2))])
    there = everywhere(more)
    there[-1] = False
    ours, theirs = signflip_intervals(more, there, 0.05), signflip_intervals(
        d, everywhere(d), 0.05
    )  # fmt: skip
    np.testing.assert_allclose(ours.low, theirs.low)
    np.testing.assert_allclose(ours.high, theirs.high)


@pytest.mark.parametrize(("n", "m"), [(7, 3), (10, 6)])
@pytest.mark.parametrize("effects", [(0.0,), (0.0, 3.0)])
@pytest.mark.slow
def test_all_intervals_of_a_family_hold_together(
    n: int, m: int, effects: tuple[float, ...]
) -> None:
    """400 families, half of whose differences are real where there are two effects."""
    true = np.resize(effects, m)
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        d = true + rng.standard_normal((n, 1)) + rng.standard_normal((n, m))
        ends = simultaneous_intervals(d, everywhere(d), 0.05)
        held += bool(((ends.low <= true) & (true <= ends.high)).all())
    assert held / 400 >= 0.94
