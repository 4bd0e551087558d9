"""Simulated values have the means that their null says."""

import numpy as np
import pytest

from benchmarks.calibrated.kinds import KINDS, Kind, unequal


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_all_columns_have_the_same_mean(kind: Kind) -> None:
    values = kind.draw(np.random.default_rng(1), 600, 6, 2)
    assert values.shape == (600, 6, 3)
    means = (values[:, :, 1:] - values[:, :, :1]).mean(axis=1)
    error = means.std(axis=0) / 600**0.5
    assert (np.abs(means.mean(axis=0)) < 4 * error).all()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_same_seed_draws_the_same_values(kind: Kind) -> None:
    first, again, other = (kind.draw(np.random.default_rng(seed), 2, 6, 3) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_spreads_are_unequal() -> None:
    values = unequal(np.random.default_rng(0), 400, 10, 3)
    assert values.std(axis=(0, 1)) == pytest.approx([1, 0.2, 1, 5], rel=0.1)


def test_a_pool_ties_its_replicates_together() -> None:
    """Replicates of a study are more alike than replicates of other studies."""
    kind = next(kind for kind in KINDS if kind.ratio is not None)
    d = np.diff(kind.draw(np.random.default_rng(0), 300, 6, 1), axis=2)[:, :, 0]
    expected = d.var(axis=1, ddof=1).mean() / 6  # of a mean of independent replicates
    assert d.mean(axis=1).var() > 1.3 * expected
