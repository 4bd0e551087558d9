"""Power against sign-flip tests of simulated studies, and against statsmodels' t-test."""

from functools import lru_cache

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower

from orchestrator.reports.statistics.comparisons import signflip
from orchestrator.reports.statistics.comparisons.family import ALPHA
from orchestrator.reports.statistics.comparisons.power import (
    MOST,
    POWER,
    detectable,
    power,
    power_if_all,
    replicates_for,
)
from orchestrator.reports.statistics.comparisons.signflip import max_t_p
from tests.reports.some import some

POINTS = 0.03  # that a printed power may be wrong by


@pytest.fixture(autouse=True)
def patterns_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign patterns of 20 replicates take longer to draw than to use."""
    monkeypatch.setattr(signflip, "sign_patterns", lru_cache(signflip.sign_patterns))


def found(n: int, contrasts: int, real: int, effect: float, studies: int) -> float:
    """Share of the real contrasts that max-T over all contrasts of a shared baseline finds."""
    rng = np.random.default_rng(12)
    truth = np.where(np.arange(contrasts) < real, effect, 0.0)
    share = 0.0
    for _ in range(studies):
        baseline, own = rng.normal(size=(n, 1)), rng.normal(size=(n, contrasts))
        p = max_t_p(truth + (own - baseline) / 2**0.5)
        share += float((p[:real] <= ALPHA).mean()) / studies
    return share


@pytest.mark.parametrize(
    ("n", "contrasts", "studies"),
    [
        (6, 1, 4000),
        (6, 3, 3000),
        (6, 12, 2000),
        pytest.param(10, 12, 2500, marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_the_report_finds_one_real_difference_as_often_as_said(
    n: int, contrasts: int, studies: int
) -> None:
    wanted = some(detectable(n, 1.0, contrasts))
    assert power(n, wanted, contrasts) == pytest.approx(POWER, abs=0.005)
    assert found(n, contrasts, 1, wanted, studies) == pytest.approx(POWER, abs=POINTS)


@pytest.mark.parametrize(("n", "contrasts", "studies"), [(6, 3, 1500), (8, 6, 1000), (10, 4, 1000)])
@pytest.mark.slow
def test_the_report_finds_real_differences_as_often_as_said_where_all_are(
    n: int, contrasts: int, studies: int
) -> None:
    effect = some(detectable(n, 1.0, contrasts))
    said = power_if_all(n, effect, contrasts)
    assert found(n, contrasts, contrasts, effect, studies) == pytest.approx(said, abs=POINTS)
    assert said > POWER + 0.05


@pytest.mark.parametrize(("contrasts", "spreads"), [(1, 1.76), (3, 2.40), (12, 3.29), (36, 4.14)])
def test_six_replicates_detect_differences_of_this_many_spreads(
    contrasts: int, spreads: float
) -> None:
    """Values of a separate simulation; a bound of 2/2⁶ per contrast would give 1.76 for all."""
    assert detectable(6, 0.01, contrasts) == pytest.approx(0.01 * spreads, rel=0.025)


def test_three_real_differences_are_found_more_often_than_one() -> None:
    assert power_if_all(6, 2.40, 3) == pytest.approx(0.94, abs=0.02)


@pytest.mark.parametrize("n", [20, 60, 400])
def test_one_contrast_of_many_replicates_is_nearly_a_t_test(n: int) -> None:
    theirs = TTestPower().solve_power(nobs=n, alpha=ALPHA, power=POWER)
    assert detectable(n, 1.0, 1) == pytest.approx(theirs, rel=0.03)


def test_power_without_a_difference_is_at_most_the_level() -> None:
    assert power(12, 0.0, 1) <= ALPHA + 0.015
    assert power(12, 0.0, 6) <= ALPHA / 6 + 0.01


def test_fewer_than_six_replicates_find_nothing() -> None:
    assert detectable(5, 0.03, 1) is None
    assert (power(5, 100.0, 1), power_if_all(5, 100.0, 3)) == (0.0, 0.0)


def test_without_spread_every_difference_is_found() -> None:
    assert detectable(10, 0.0, 1) == 0.0
    assert replicates_for(0.1, 0.0, 4) == 6


@pytest.mark.slow
@pytest.mark.parametrize("n", [6, 40])
@pytest.mark.parametrize("contrasts", [1, 36])
def test_the_detectable_difference_takes_so_many_replicates(n: int, contrasts: int) -> None:
    wanted = some(detectable(n, 0.02, contrasts))
    assert some(replicates_for(wanted * 1.03, 0.02, contrasts)) <= n
    assert some(replicates_for(wanted * 0.95, 0.02, contrasts)) >= n


def test_a_difference_too_small_takes_more_than_the_most() -> None:
    assert replicates_for(0.05, 1.0, 2) is None
    assert some(detectable(MOST, 1.0, 2)) > 0.05


@pytest.mark.slow
def test_the_same_power_each_time_and_more_with_a_larger_difference() -> None:
    effects = np.linspace(0.2, 2.0, 10)
    first, again = ([power(9, float(effect), 5) for effect in effects] for _ in range(2))
    assert first == again == sorted(first)
