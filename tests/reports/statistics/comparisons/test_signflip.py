"""Sign-flip tests against scipy and brute force; false alarms counted in simulations."""

from collections.abc import Sequence
from itertools import product
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from orchestrator.reports.statistics.comparisons.signflip import (
    EXACT_UP_TO,
    max_t_p,
    sign_patterns,
    signflip_p,
    smallest_p,
)
from orchestrator.reports.statistics.intervals import Floats


@pytest.mark.parametrize("n", [2, 3, 5, 8, 10])
def test_p_is_scipys_exact_permutation_test(n: int) -> None:
    d = np.random.default_rng(n).normal(0.4, 1, n)
    theirs = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert signflip_p(d[:, None])[0] == pytest.approx(theirs.pvalue, abs=1e-12)


@pytest.mark.parametrize("n", [5, 10, 16])
def test_smallest_p_is_reached_when_all_differences_agree(n: int) -> None:
    assert signflip_p(np.full((n, 1), 0.3))[0] == pytest.approx(2 / 2**n)
    assert smallest_p(n) == 2 / 2**n


def test_patterns_hold_each_pattern_once_up_to_its_mirror() -> None:
    patterns = sign_patterns(6)
    both = {tuple(row) for row in np.vstack([patterns, -patterns])}
    assert both == set(product([-1.0, 1.0], repeat=6))
    assert (patterns[0] == 1).all()


def test_monte_carlo_agrees_with_the_t_test_and_with_itself() -> None:
    d = np.random.default_rng(0).normal(0.5, 1, EXACT_UP_TO + 4)
    p = signflip_p(d[:, None])[0]
    assert p == pytest.approx(stats.ttest_1samp(d, 0).pvalue, abs=0.01)
    assert p == signflip_p(d[:, None])[0]
    assert smallest_p(d.size) < 2e-5


def test_all_zero_differences_have_p_one() -> None:
    assert signflip_p(np.zeros((6, 2))).tolist() == [1.0, 1.0]
    assert max_t_p(np.zeros((6, 2))).tolist() == [1.0, 1.0]


def test_a_zero_row_changes_nothing() -> None:
    """So a replicate that is missing on both sides may stand as zeros."""
    d = np.random.default_rng(3).normal(0.5, 1, (7, 3))
    padded = np.vstack([d, np.zeros((2, 3))])
    assert signflip_p(padded) == pytest.approx(signflip_p(d))
    assert max_t_p(padded) == pytest.approx(max_t_p(d))


def test_ties_in_the_last_bit_count_as_equal() -> None:
    """0.1 + 0.2 + 0.3 and its mirror images differ in floating point, not in truth."""
    d = np.array([0.1, 0.2, 0.3, -0.1, -0.2])[:, None]
    exact = np.mean([abs(np.dot(s, [1, 2, 3, -1, -2])) >= 3 for s in product([-1, 1], repeat=5)])
    assert signflip_p(d)[0] == pytest.approx(exact)


def slow_max_t(d: Floats) -> list[float]:
    """Westfall & Young's step-down procedure, one flip and one contrast at a time."""
    n, contrasts = d.shape

    def size(signs: Sequence[int], j: int) -> float:
        x: list[float] = d[:, j].tolist()
        total = abs(sum(sign * each for sign, each in zip(signs, x, strict=True)))
        return total / sqrt(n * sum(each * each for each in x))

    observed = [size([1] * n, j) for j in range(contrasts)]
    order = sorted(range(contrasts), key=lambda j: -observed[j])
    flips = list(product([-1, 1], repeat=n))
    adjusted, last = [0.0] * contrasts, 0.0
    for step, j in enumerate(order):
        hits = [max(size(s, k) for k in order[step:]) >= observed[j] - 1e-9 for s in flips]
        last = max(last, sum(hits) / len(flips))
        adjusted[j] = last
    return adjusted


def test_max_t_is_the_slow_procedure() -> None:
    rng = np.random.default_rng(4)
    d = rng.normal([0.0, 1.5, 0.8, 0.2], 1, (7, 4))
    assert max_t_p(d) == pytest.approx(slow_max_t(d))


def test_max_t_never_goes_below_the_single_test_and_reaches_its_floor() -> None:
    rng = np.random.default_rng(5)
    d = rng.normal(0.3, 1, (10, 36))
    assert (max_t_p(d) >= signflip_p(d) - 1e-12).all()
    assert max_t_p(d + 50) == pytest.approx(np.full(36, 2 / 2**10))


def test_max_t_does_not_depend_on_the_order_of_replicates_or_contrasts() -> None:
    rng = np.random.default_rng(6)
    d = rng.normal(0.4, 1, (9, 5))
    rows, columns = rng.permutation(9), rng.permutation(5)
    assert max_t_p(d[rows])[columns] == pytest.approx(max_t_p(d[:, columns]))


@pytest.mark.slow
@pytest.mark.parametrize("skewed", [False, True])
def test_max_t_raises_a_false_alarm_in_at_most_one_family_of_twenty(skewed: bool) -> None:
    """36 contrasts with one common baseline, no true difference, 10 replicates, 400 families."""
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(400):
        x = rng.exponential(1, (10, 37)) if skewed else rng.normal(0, 1, (10, 37))
        alarms += max_t_p(x[:, 1:] - x[:, :1]).min() <= 0.05
    assert alarms / 400 <= 0.07
