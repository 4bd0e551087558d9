"""What n replicates can show: by plan/power.py, and by the tests of the report."""

from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from orchestrator.plan.power import DESCRIPTIVE_BELOW, LEVEL, attainable, contrasts, power_of
from orchestrator.reports.statistics.comparisons import comparisons
from orchestrator.reports.statistics.comparisons.adjustment import holm
from orchestrator.reports.statistics.comparisons.signflip import (
    EXACT_UP_TO,
    signflip_p,
    smallest_p,
)
from orchestrator.study.load import load_study
from tests.plan.studies import SMALL, study


@pytest.mark.parametrize("replicates", [2, 5, 6, 10, 14])
def test_the_smallest_p_is_that_of_the_permutation_test(replicates: int) -> None:
    differences = [[1.0 + i for i in range(replicates)], [0.0] * replicates]
    exact = stats.permutation_test(
        differences, lambda a, b: (a - b).mean(), permutation_type="samples", n_resamples=10**6
    )
    assert attainable(study(replicates=replicates)).smallest_p == pytest.approx(exact.pvalue)


def test_holm_and_the_replicates_needed() -> None:
    power = attainable(load_study("vanishing_gradient"))
    assert power.contrasts == 36
    assert power.smallest_p_adjusted == pytest.approx(36 * 2 / 2**10)
    assert power.replicates_needed == 11  # 36 · 2/2¹¹ = .035
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
    assert DESCRIPTIVE_BELOW == comparisons.DESCRIPTIVE_BELOW
    assert LEVEL == comparisons.ALPHA


@settings(deadline=None, max_examples=60)
@given(n=st.integers(1, EXACT_UP_TO), m=st.integers(1, 60))
def test_plan_and_report_reach_the_same_p(n: int, m: int) -> None:
    """All differences of all m contrasts are equal: no data give a smaller p."""
    power, p = power_of(n, m), signflip_p(np.ones((n, m)))
    assert p == pytest.approx([smallest_p(n)] * m)
    assert power.smallest_p == smallest_p(n)
    assert power.smallest_p_adjusted == pytest.approx(holm(p).min())


@settings(deadline=None)
@given(m=st.integers(1, 1000))
def test_plan_and_report_need_the_same_replicates(m: int) -> None:
    """The fewest for which Holm over m contrasts can give a verdict in the report."""
    enough = (
        n
        for n in count(comparisons.DESCRIPTIVE_BELOW)
        if holm(np.full(m, smallest_p(n))).min() <= comparisons.ALPHA
    )
    assert power_of(1, m).replicates_needed == next(enough)


@given(n=st.integers(EXACT_UP_TO + 1, 60), m=st.integers(1, 3000))
def test_above_sixteen_both_can_show_a_difference(n: int, m: int) -> None:
    """There the report draws sign patterns: its p stays above 1/65,537, plan's goes on falling."""
    floor = smallest_p(n) * (1 + 1e-4)  # 1/65,537, and plan has 1/65,536 at n = 17
    assert power_of(n, m).smallest_p <= floor
    assert power_of(n, m).smallest_p_adjusted <= m * floor <= LEVEL
