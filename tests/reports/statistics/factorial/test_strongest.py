"""The factor that moves the metric most."""

from pathlib import Path

import pytest

from tests.reports.sample import Factors
from tests.reports.text.test_answer import crossed, told

FACTORS: Factors = {"model.activation": ["tanh", "relu"], "model.depth": [1, 4, 8]}


def test_it_is_the_one_with_the_widest_span_of_marginal_means(tmp_path: Path) -> None:
    sample = crossed(factors=FACTORS, baseline={"model.activation": "tanh"})
    depth = {1: 0.9, 4: 0.8, 8: 0.5}
    means = {name: depth[levels["model.depth"]] + 0.02 * (levels["model.activation"] == "relu")  # type: ignore[index]
             for name, levels in sample.variants()}  # fmt: skip
    found = told(tmp_path, sample, means).analysis.strongest
    assert found is not None
    assert (found.path, found.best, found.worst) == ("model.depth", 1, 8)
    assert found.span == pytest.approx(0.4, abs=0.02)
    assert found.span == pytest.approx(found.best_mean - found.worst_mean)
    assert found.is_beyond_chance


@pytest.mark.slow
def test_noise_is_not_beyond_chance(tmp_path: Path) -> None:
    sample = crossed(factors=FACTORS, baseline={"model.activation": "tanh"})
    means = {name: 0.7 for name, _ in sample.variants()}
    beyond = 0
    for seed in range(20):
        found = told(tmp_path, sample, means, sd=0.05, seed=seed).analysis.strongest
        beyond += found is not None and found.is_beyond_chance
    assert beyond <= 3


def test_a_single_factor_is_no_crossing(tmp_path: Path) -> None:
    sample = crossed(factors={"model.activation": ["sigmoid", "tanh"]})
    means = {"activation=sigmoid": 0.8, "activation=tanh": 0.9}
    assert told(tmp_path, sample, means).analysis.strongest is None
