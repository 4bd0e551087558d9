"""The bulk test of simulated families against the report's test of one family."""

import numpy as np
import pytest

from orchestrator.reports.statistics.comparisons.family import ALPHA
from orchestrator.reports.statistics.comparisons.signflip import max_t_p, statistics
from orchestrator.reports.statistics.comparisons.simulated_families import (
    CORRELATION,
    families,
    flipped,
    flips,
    step_down,
)


@pytest.mark.parametrize(("n", "contrasts", "effect"), [(6, 4, 1.5), (8, 3, 1.0), (10, 6, 0.6)])
def test_step_down_rejects_what_max_t_rejects(n: int, contrasts: int, effect: float) -> None:
    drawn = families(n, contrasts, effect)[:150]
    drawn[:, :, 0] -= effect  # one of them without a difference
    theirs = np.array([(max_t_p(each.astype(float)) <= ALPHA).sum() for each in drawn])
    assert np.array_equal(step_down(drawn).sum(axis=1), theirs)
    assert 0 < theirs.mean() < contrasts


def test_flipped_sums_are_those_of_the_test() -> None:
    drawn = families(7, 3)[:5]
    for ours, each in zip(flipped(drawn), drawn, strict=True):
        assert ours == pytest.approx(statistics(each.astype(float)).T, abs=1e-5)


@pytest.mark.parametrize("n", [5, 6, 10, 11, 128])
def test_the_patterns_that_may_reach_a_result(n: int) -> None:
    found = flips(n)
    assert np.all(found.signs[0] == 1)
    assert found.most / len(found.signs) <= ALPHA < (found.most + 1) / len(found.signs)
    assert (found.most > 0) == (n >= 6)


def test_contrasts_of_a_family_are_correlated_and_vary_by_one() -> None:
    drawn = families(12, 3, 0.5).reshape(-1, 3)
    assert np.asarray(np.corrcoef(drawn.T))[0, 1] == pytest.approx(CORRELATION, abs=0.03)
    assert drawn.std(axis=0) == pytest.approx(1.0, abs=0.03)
    assert drawn.mean(axis=0) == pytest.approx(0.5, abs=0.02)


def test_large_families_are_fewer_but_never_few() -> None:
    assert len(families(6, 1)) > len(families(6, 100)) >= len(families(20, 1000)) >= 16
