"""Differences of solved shares against published numbers, scipy and statsmodels."""

import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep

from orchestrator.reports.statistics.outcomes.share_differences import (
    fisher_p,
    paired_interval,
    unpaired_interval,
)

# Newcombe 1998, Statistics in Medicine 17, 2635–2650, table III, method 10
PUBLISHED = {
    (36, 12, 2, 0): (0.0569, 0.3404),
    (20, 12, 2, 16): (0.0562, 0.3292),
    (18, 12, 2, 18): (0.0562, 0.3290),
    (36, 14, 0, 0): (0.1528, 0.4167),
    (35, 14, 0, 1): (0.1461, 0.4175),
    (18, 14, 0, 18): (0.1441, 0.3963),
    (2, 97, 1, 0): (0.8721, 0.9854),
    (1, 97, 1, 1): (0.8736, 0.9850),
    (0, 29, 1, 0): (0.6666, 0.9882),
    (2, 98, 0, 0): (0.9178, 0.9945),
    (0, 30, 0, 0): (0.8395, 1.0),
    (54, 0, 0, 0): (-0.0664, 0.0664),
    (53, 0, 0, 1): (-0.0729, 0.0729),
    (30, 0, 0, 24): (-0.0358, 0.0358),
    (27, 0, 0, 27): (-0.0351, 0.0351),
}


@pytest.mark.parametrize(("counts", "published"), PUBLISHED.items())
def test_the_paired_interval_is_newcombes(
    counts: tuple[int, int, int, int], published: tuple[float, float]
) -> None:
    assert paired_interval(*counts) == pytest.approx(published, abs=1e-4)


def test_it_mirrors_when_the_two_change_places() -> None:
    low, high = paired_interval(2, 3, 1, 4)
    assert paired_interval(2, 1, 3, 4) == pytest.approx((-high, -low))


@pytest.mark.parametrize("counts", [(9, 10, 3, 10), (6, 6, 0, 5), (56, 70, 48, 80), (0, 4, 0, 9)])
def test_the_unpaired_interval_is_that_of_statsmodels(counts: tuple[int, int, int, int]) -> None:
    k, n, other, m = counts
    theirs = confint_proportions_2indep(k, n, other, m, method="newcomb", compare="diff")
    assert unpaired_interval((k, n), (other, m)) == pytest.approx(theirs)


@pytest.mark.parametrize("n", [1, 5, 9])
@pytest.mark.parametrize("m", [3, 6])
def test_fishers_test_is_scipys(n: int, m: int) -> None:
    for k in range(n + 1):
        for other in range(m + 1):
            theirs = fisher_exact([[k, n - k], [other, m - other]]).pvalue
            assert fisher_p((k, n), (other, m)) == pytest.approx(theirs)
