"""Equivalence: two one-sided tests over the family, corrected for skew."""

from collections.abc import Callable

import numpy as np
import pytest

from orchestrator.reports.statistics.comparisons.equivalence import is_equivalent, skew_corrected
from orchestrator.reports.statistics.comparisons.signflip_intervals import signflip_intervals
from orchestrator.reports.statistics.intervals import Floats


def test_both_intervals_must_lie_inside() -> None:
    d = np.array([-1.0, 1.0] * 4)
    assert is_equivalent((-0.5, 0.5), (-0.9, 0.9), 1.0, d)
    assert not is_equivalent((-0.5, 0.5), (-0.9, 1.1), 1.0, d)
    assert not is_equivalent((-0.5, 0.5), (-0.9, 1.1), 1.0, None)


def test_symmetric_differences_are_not_corrected() -> None:
    low, high = skew_corrected(-0.7, 0.7, np.array([-1.0, 1.0] * 5))
    assert (low, high) == pytest.approx((-0.7, 0.7))


def test_the_end_on_the_side_of_the_long_tail_moves_out() -> None:
    d = np.array([0.0, 0.1, 0.2, 0.1, 0.0, 0.1, 0.9])
    low, high = skew_corrected(0.0, 0.45, d)
    assert high > 0.45
    assert low > 0.0


def normal(rng: np.random.Generator, n: int) -> Floats:
    return rng.standard_normal(n)


def exponential(rng: np.random.Generator, n: int) -> Floats:
    """Mean 0; its long tail, where the mean lies, is rarely seen."""
    return rng.exponential(size=n) - 1


@pytest.mark.parametrize(("draw", "most"), [(normal, 0.04), (exponential, 0.08)])
@pytest.mark.parametrize("n", [8, 12])
@pytest.mark.slow
def test_a_difference_at_the_margin_is_rarely_called_equivalent(
    draw: Callable[[np.random.Generator, int], Floats], most: float, n: int
) -> None:
    """The true difference is the margin itself, 1 spread. All studies are one table."""
    d = 1 + draw(np.random.default_rng(3), n * 1500).reshape(n, 1500)
    ends = signflip_intervals(d, np.ones(d.shape, dtype=bool), 0.05).pairs()
    wrong = [is_equivalent(own, own, 1.0, column) for own, column in zip(ends, d.T, strict=True)]
    assert np.mean(wrong) <= most
