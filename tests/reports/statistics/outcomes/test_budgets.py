"""Epochs of trials that stopped early, counted by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.statistics.outcomes.budgets import budgets
from tests.reports.sample import Sample, early_stopped, write

TWO = Sample(factors={"model.activation": ["sigmoid", "tanh"]}, replicates=3, probes=False)
EPOCHS = [4, 5, 6, 8, 9, 12]


@pytest.fixture
def study(tmp_path: Path) -> tuple[PlanDocument, pd.DataFrame]:
    """Two variants of three replicates, whose trials stopped after EPOCHS."""
    tables = early_stopped(read_tables(write(tmp_path, TWO)), EPOCHS)
    return tables.plan, tables.trials


def test_the_shortest_the_longest_and_the_means(study: tuple[PlanDocument, pd.DataFrame]) -> None:
    plan, trials = study
    found = budgets(plan, trials)
    assert found is not None
    assert (found.least, found.most) == (4, 12)
    assert list(found.means.values()) == pytest.approx([5, 29 / 3])
    assert list(found.means) == [variant.variant_id for variant in plan.variants]


def test_lost_trials_are_no_early_ends(study: tuple[PlanDocument, pd.DataFrame]) -> None:
    plan, trials = study
    lost = trials.assign(
        epochs_done=[4, 10, 10, 10, 10, np.nan],
        status=["diverged", *["completed"] * 4, "missing"],
    )
    assert budgets(plan, lost) is None


def test_none_without_early_stopping(study: tuple[PlanDocument, pd.DataFrame]) -> None:
    plan, trials = study
    assert budgets(replace(plan, fixed={}), trials) is None
