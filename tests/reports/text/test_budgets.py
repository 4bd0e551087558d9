"""Variants that stopped early at different epochs: the reader is told."""

import dataclasses

import numpy as np

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.text.budgets import EARLY_STOPPING, budget_warnings
from tests.reports.sample import Sample, write

SAMPLE = Sample(study="s", factors={"model.activation": ["sigmoid", "tanh"]}, replicates=3)


def stopped(tmp_path, epochs, early_stopping=2):
    """Tables of a study whose trials, variant by variant, stopped after these epochs."""
    tables = read_tables(write(tmp_path, SAMPLE))
    fixed = {**tables.plan.fixed, EARLY_STOPPING: early_stopping}
    plan = dataclasses.replace(tables.plan, fixed=fixed)
    trials = tables.trials.assign(epochs_done=epochs)
    return dataclasses.replace(tables, plan=plan, trials=trials)


def test_unequal_budgets_are_said_with_the_shortest_and_the_longest(tmp_path):
    tables = stopped(tmp_path, [4, 5, 6, 8, 9, 12])
    (said,) = (w for w in analyse(tables).warnings if w.startswith("Unequal budgets"))
    assert "after 4 to 12 epochs; on average 5 in sigmoid, 9.67 in tanh" in said


def test_lost_trials_are_no_early_ends(tmp_path):
    tables = stopped(tmp_path, [4, 10, 10, 10, 10, np.nan])
    lost = tables.trials.assign(status=["diverged", *["completed"] * 4, "missing"])
    assert not list(budget_warnings(tables.plan, lost))


def test_nothing_is_said_without_early_stopping(tmp_path):
    tables = stopped(tmp_path, [4, 5, 6, 8, 9, 12], early_stopping=None)
    assert not list(budget_warnings(tables.plan, tables.trials))
