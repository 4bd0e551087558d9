"""Accuracy by class, and how often its intervals hold in simulations."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.predictions.class_accuracy import (
    class_accuracies,
    class_accuracy,
)
from tests.reports.statistics.predictions.said import predictions, said, task


def test_the_mean_is_that_of_replicates() -> None:
    by_trial = {("a", 0): said([0, 0, 1], [0, 1, 1]), ("a", 1): said([0, 0, 1], [0, 0, 1])}
    (found,) = class_accuracies(predictions(by_trial), task("a", 3)).values()
    assert found.mean[:2].tolist() == [0.75, 1]
    assert found.answers.tolist() == [4, 2, 0]
    assert np.isnan([found.mean[2], found.low[2], found.high[2]]).all()
    assert (found.low[:2] < found.mean[:2]).all()


def test_with_many_replicates_of_independent_answers_it_is_wilson() -> None:
    random = np.random.default_rng(0)
    counts = np.full((2000, 1), 5.0)
    right = random.binomial(5, 0.7, (2000, 1)).astype(float)
    found = class_accuracy(right, counts)
    wilson = proportion_confint(right.sum(), 10_000, method="wilson")
    assert [found.low[0], found.high[0]] == pytest.approx(wilson, abs=5e-4)


def covers(replicates: int, answers: int, share: float, alike: float) -> float:
    """Per cent of 4,000 simulated classes; alike: correlation of answers of a replicate."""
    random = np.random.default_rng(0)
    size = (replicates, 4000)
    scale = (1 - alike) / alike
    each: Floats = random.beta(share * scale, (1 - share) * scale, size)
    right = random.binomial(answers, each).astype(float)
    found = class_accuracy(right, np.full(size, float(answers)))
    return float(100 * ((found.low <= share) & (share <= found.high)).mean())


@pytest.mark.parametrize("replicates", [6, 10, 20])
@pytest.mark.parametrize("answers", [10, 36, 100])
@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("alike", [0.02, 0.1])
def test_the_interval_covers(replicates: int, answers: int, share: float, alike: float) -> None:
    """docs/statistics.md: 92.8 to 98.7 %."""
    assert 92.75 <= covers(replicates, answers, share, alike) <= 98.75


def test_it_does_not_where_rare_seeds_fail_in_nearly_everything() -> None:
    """docs/statistics.md says so."""
    assert [round(covers(6, 100, share, 0.3)) for share in (0.9, 0.98)] == [87, 54]
