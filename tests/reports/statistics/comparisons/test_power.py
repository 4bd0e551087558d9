"""Power against statsmodels, and against sign-flip tests of simulated studies."""

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower

from orchestrator.reports.statistics.comparisons.power import (
    POWER,
    detectable,
    power,
    reachable,
    replicates_for,
)
from orchestrator.reports.statistics.comparisons.signflip import signflip_p
from tests.reports.some import some


@pytest.mark.parametrize(
    ("n", "effect", "alpha"), [(6, 1.0, 0.03), (10, 0.5, 0.05), (30, 0.2, 0.01), (20, 0.0, 0.05)]
)
def test_power_is_that_of_statsmodels(n: int, effect: float, alpha: float) -> None:
    theirs = TTestPower().power(effect, n, alpha)
    assert power(n, effect, alpha) == pytest.approx(theirs, abs=1e-6)


def test_the_detectable_difference_is_found_with_a_chance_of_80_percent() -> None:
    effect = some(detectable(12, 0.03, 4)) / 0.03
    assert power(12, effect, reachable(12, 4)) == pytest.approx(POWER)
    assert detectable(5, 0.03, 1) is None
    assert detectable(10, 0.0, 1) == 0.0


def test_p_can_only_be_a_multiple_of_two_in_two_to_the_n() -> None:
    assert reachable(5, 1) == 0.0  # 2/2⁵ > .05
    assert reachable(6, 1) == 2 / 2**6
    assert reachable(10, 1) == 25 * 2 / 2**10
    assert reachable(10, 36) == 2 / 2**10  # by max-T: Holm would need .05/36
    assert reachable(16, 4) == pytest.approx(0.0125, abs=2 / 2**16)


def test_sign_flips_find_the_detectable_difference_about_as_often_as_said() -> None:
    rng = np.random.default_rng(4)
    n, wanted = 10, some(detectable(10, 1.0, 1))
    p = signflip_p(rng.normal(wanted, 1.0, (n, 2000)))
    assert np.mean(p <= reachable(n, 1) + 1e-12) == pytest.approx(POWER, abs=0.05)


@pytest.mark.parametrize("n", [6, 10, 20, 40, 100])
@pytest.mark.parametrize("contrasts", [1, 36, 300])
def test_there_is_a_detectable_difference_from_six_replicates_on(n: int, contrasts: int) -> None:
    found = some(detectable(n, 0.02, contrasts))
    assert 0 < found < 0.02 * 6
    assert some(replicates_for(found * 1.001, 0.02, contrasts)) <= n
