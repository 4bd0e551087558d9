"""What n replicates can show: by plan/power.py, and by the tests of the report."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from orchestrator.plan.power import (
    DESCRIPTIVE_BELOW,
    DRAWS,
    EXACT_UP_TO,
    attainable,
    contrasts,
    power_of,
)
from orchestrator.reports.statistics.comparisons import family, signflip
from orchestrator.study.load import load_study
from tests.plan.studies import SMALL, study


@pytest.mark.parametrize("replicates", [2, 5, 6, 10, 14])
def test_the_smallest_p_is_that_of_the_permutation_test(replicates: int) -> None:
    differences = [[1.0 + i for i in range(replicates)], [0.0] * replicates]
    exact = stats.permutation_test(
        differences, lambda a, b: (a - b).mean(), permutation_type="samples", n_resamples=10**6
    )
    assert attainable(study(replicates=replicates)).smallest_p == pytest.approx(exact.pvalue)


def test_max_t_reaches_the_smallest_p_however_many_contrasts() -> None:
    power = attainable(load_study("vanishing_gradient"))
    assert power.contrasts == 36
    assert power.smallest_p_adjusted == power.smallest_p == 2 / 2**10
    assert not power.descriptive_only
    few = attainable(study(replicates=5))
    assert few.descriptive_only
    assert attainable(study(replicates=1)).smallest_p == 1.0


def test_contrasts_are_variants_with_a_partner() -> None:
    assert contrasts(study()) == 8  # one baseline for all
    paired = SMALL + "compare: {baseline: {model.activation: tanh}}\n"
    assert contrasts(study(paired)) == 6  # three scales, each with its own
    rule = "exclude: [{when: {model.activation: tanh, model.init.scale: 2}, reason: x}]\n"
    assert contrasts(study(paired + rule)) == 4


# --- the same rule in the report, which must not import plan -------------------------------


def test_plan_and_report_have_the_same_limits() -> None:
    assert DESCRIPTIVE_BELOW == family.DESCRIPTIVE_BELOW
    assert (EXACT_UP_TO, DRAWS) == (signflip.EXACT_UP_TO, signflip.DRAWS)


@given(n=st.integers(1, 13), m=st.integers(1, 40))
def test_plan_and_report_reach_the_same_p(n: int, m: int) -> None:
    """All differences of all m contrasts are equal: no data give a smaller p."""
    power = power_of(n, m)
    assert power.smallest_p == pytest.approx(signflip.signflip_p(np.ones((n, m)))[0])
    assert power.smallest_p_adjusted == pytest.approx(signflip.max_t_p(np.ones((n, m)))[0])


@pytest.mark.parametrize("n", range(1, 40))
def test_plan_and_report_have_the_same_smallest_p(n: int) -> None:
    assert power_of(n, 3).smallest_p == signflip.smallest_p(n)


@pytest.mark.parametrize("n", [20, 30])
def test_above_sixteen_p_comes_from_drawn_patterns(n: int) -> None:
    assert signflip.max_t_p(np.ones((n, 2))) == pytest.approx([power_of(n, 2).smallest_p] * 2)


def test_the_fewest_replicates_for_a_verdict() -> None:
    needed = power_of(1, 12).replicates_needed
    p = [signflip.max_t_p(np.ones((n, 12)))[0] for n in (needed - 1, needed)]
    assert p[1] <= family.ALPHA < p[0]
