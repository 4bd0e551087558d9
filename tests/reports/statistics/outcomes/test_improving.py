"""Variants whose curve still rose when training ended."""

import numpy as np
import pandas as pd
import pytest

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.improving import (
    STILL,
    TAIL,
    Improving,
    improving,
    tail_share,
)
from tests.reports.sample import Sample, parse_plan, plan_document


@pytest.fixture
def plan() -> PlanDocument:
    return parse_plan(plan_document(Sample(study="s", replicates=1)))


def found(plan: PlanDocument, curves: Floats, split: str = "validation") -> Improving:
    """curves: (replicates, epochs) of one variant, NaN after its end."""
    rows = [
        ("v", replicate, epoch, split, "accuracy", value)
        for replicate, curve in enumerate(curves)
        for epoch, value in enumerate(curve)
        if np.isfinite(value)
    ]
    columns = ["variant_id", "replicate", "epoch", "split", "metric", "value"]
    trials = pd.DataFrame(
        [("v", replicate, "completed") for replicate in range(len(curves))],
        columns=["variant_id", "replicate", "status"],
    )
    return improving(plan, pd.DataFrame(rows, columns=columns), trials)


def rising(replicates: int, epochs: int = 20, noise: float = 0.005, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    line = np.linspace(0.1, 0.7, epochs + 1)
    return np.asarray(line + rng.normal(0, noise, (replicates, epochs + 1)))


def resting(replicates: int, epochs: int = 20, noise: float = 0.005, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    line = 0.95 - 0.85 * np.exp(-np.arange(epochs + 1.0))
    return np.asarray(line + rng.normal(0, noise, (replicates, epochs + 1)))


def test_a_straight_line_gains_a_fifth_in_its_last_fifth(plan: PlanDocument) -> None:
    shares = found(plan, rising(6)).of
    assert shares["v"] == pytest.approx(TAIL, abs=0.02)
    assert found(plan, rising(6)).epochs == 20


@pytest.mark.parametrize("replicates", [1, 2, 6])
def test_a_curve_that_rests_is_not_improving(plan: PlanDocument, replicates: int) -> None:
    assert not found(plan, resting(replicates)).of


def test_of_the_validation_split_where_it_was_measured(plan: PlanDocument) -> None:
    assert found(plan, rising(6)).metric == "validation/accuracy"
    assert found(plan, rising(6), "test").metric == "test/accuracy"


def test_a_trial_that_stopped_early_no_longer_improves(plan: PlanDocument) -> None:
    curves = rising(6)
    curves[:, 12:] = np.nan
    whole = np.vstack([curves, resting(1)])
    assert not found(plan, whole).of


@pytest.mark.slow
def test_noise_of_a_network_that_never_learnt_is_rarely_taken_for_progress(
    plan: PlanDocument,
) -> None:
    """Its whole gain is noise, of which the tail has any share; the interval is what guards."""
    rng = np.random.default_rng(1)
    flagged = sum(bool(found(plan, 0.1 + rng.normal(0, 0.01, (6, 21))).of) for _ in range(200))
    assert flagged <= 5


def test_a_curve_of_few_epochs_has_no_tail() -> None:
    assert tail_share(np.array([0.1, 0.5, 0.9])) is None
    assert tail_share(np.array([0.1, 0.1, 0.1, 0.1])) is None
    assert tail_share(np.array([0.0, 0.5, 0.8, 1.0])) == pytest.approx(0.2)


def test_the_limit_is_a_share_of_the_whole_gain(plan: PlanDocument) -> None:
    steps = np.r_[np.full(16, 0.0), 1.0]  # the last fifth of 16 epochs are 3
    gone = np.linspace(0, 1 - STILL + 0.005, 14)
    below = np.r_[gone, np.linspace(1 - STILL + 0.005, 1, 4)[1:]]
    assert not found(plan, np.tile(below, (3, 1))).of
    assert found(plan, np.tile(steps, (3, 1))).of
