"""The t-interval and Welch's test against scipy, and against simulation."""

import numpy as np
import pytest
from scipy import stats

from orchestrator.reports.statistics.intervals import t_half_width, welch


@pytest.mark.parametrize("n", [2, 3, 10, 40])
def test_half_width_is_scipys(n: int) -> None:
    x = np.random.default_rng(n).normal(3, 2, n)
    low, high = stats.t.interval(0.95, n - 1, x.mean(), stats.sem(x))
    assert t_half_width(n, x.std(ddof=1)) == pytest.approx((high - low) / 2, rel=1e-12)


def test_no_interval_below_two() -> None:
    assert np.isnan(t_half_width([0, 1], [0.0, 1.0])).all()


def test_covers_its_share_at_five_replicates() -> None:
    x = np.random.default_rng(1).normal(0, 1, (20_000, 5))
    covered = np.abs(x.mean(axis=1)) <= t_half_width(np.full(len(x), 5), x.std(axis=1, ddof=1))
    assert 0.945 <= covered.mean() <= 0.955


def test_welch_is_scipys() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(0, 1, 6), rng.normal(1, 3, 9)
    error, freedom, p = welch(a, b)
    theirs = stats.ttest_ind(a, b, equal_var=False)
    assert p == pytest.approx(theirs.pvalue, rel=1e-10)
    assert freedom == pytest.approx(theirs.df, rel=1e-10)
    assert (a.mean() - b.mean()) / error == pytest.approx(theirs.statistic, rel=1e-10)


def test_welch_without_variance() -> None:
    same, other = np.ones(3), np.zeros(4)
    assert welch(same, same)[2] == 1.0
    assert welch(same, other)[2] == 0.0
