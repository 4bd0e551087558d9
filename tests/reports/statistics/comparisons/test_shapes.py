"""Unlike shapes: the tests against scipy, and how often a contrast is flagged."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.comparisons.comparisons import compare_pairs
from orchestrator.reports.statistics.comparisons.shapes import (
    Shape,
    has_two_groups,
    median_interval,
    shapes,
    sign_test,
    skewness,
)
from orchestrator.reports.statistics.intervals import Floats

COMPARE = Compare("test/score", "maximize", "", {}, None)
RNG = np.random.default_rng(3)
Draw = Callable[[int], Floats]


def found(a: Floats, b: Floats, lost: tuple[int, ...] = ()) -> Shape | None:
    """Of a against b; of a, the replicates `lost` diverged."""
    values = {
        "a": {r: float(x) for r, x in enumerate(a) if r not in lost},
        "b": {r: float(x) for r, x in enumerate(b)},
    }
    diverged = {"a": dict.fromkeys(lost)}
    rows, _ = compare_pairs(COMPARE, [("a", "b")], values, diverged)
    return shapes(COMPARE, rows, values, diverged).get("a")


def normal(n: int) -> Floats:
    return RNG.normal(size=n)


def lottery(n: int, fails: float) -> Floats:
    """0.1 where it fails and 0.9 else, with a little scatter."""
    return np.where(RNG.random(n) < fails, 0.1, 0.9) + 0.02 * normal(n)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "most"), [(6, 0.05), (10, 0.05), (12, 0.05)])
def test_two_normal_variants_are_flagged_in_at_most_5_percent(n: int, most: float) -> None:
    flagged = np.mean([found(normal(n), normal(n)) is not None for _ in range(400)])
    assert flagged <= most + 0.015


@pytest.mark.slow
@pytest.mark.parametrize(("fails", "share"), [(0.3, 0.97), (0.05, 0.39)])
def test_a_lottery_against_a_steady_variant_is_flagged_as_often_as_said(
    fails: float, share: float
) -> None:
    flagged = [
        found(lottery(10, fails), 0.9 - 0.8 * fails + 0.02 * normal(10)) is not None
        for _ in range(200)
    ]
    if fails == 0.05:  # where no seed failed, all pairs agree in sign
        assert np.mean(flagged) == pytest.approx(share, abs=0.1)
    assert np.mean(flagged) >= share - 0.1


@pytest.mark.slow
def test_unlike_spreads_alone_are_flagged_as_rarely() -> None:
    flagged = np.mean([found(normal(10), 8 * normal(10)) is not None for _ in range(400)])
    assert flagged <= 0.065


def test_trials_of_which_some_diverged_are_a_second_group() -> None:
    shape = found(normal(10), normal(10), lost=(2, 5))
    assert shape is not None
    assert "two_groups" in shape.reasons


def test_where_all_pairs_agree_nothing_is_flagged() -> None:
    base = 0.02 * normal(10)
    assert found(base + np.array([1.0] * 9 + [9.0]), base) is None
    assert found(base + np.array([1.0] * 9 + [-9.0]), base) is not None


def test_pieces_are_those_of_scipy() -> None:
    for n in (6, 9, 25):
        a, b = normal(n), 2 * normal(n)
        assert skewness(a) == pytest.approx(stats.skew(a))
        wins = int((a > b).sum())
        assert sign_test(wins, n) == pytest.approx(stats.binomtest(wins, n).pvalue)
        ends = stats.quantile_test(a, q=0, p=0.5).confidence_interval(0.95)
        assert median_interval(a) == pytest.approx((ends.low, ends.high))


def test_five_pairs_have_no_interval_of_the_median() -> None:
    assert median_interval(normal(5)) == (None, None)
    assert median_interval(np.arange(6.0)) == (0, 5)


def test_a_gap_that_does_not_matter_is_none() -> None:
    steps = np.array([0.0] * 5 + [0.001] * 5)
    assert has_two_groups(steps)
    assert not has_two_groups(steps, least=0.005)
    assert not has_two_groups(np.ones(10))
