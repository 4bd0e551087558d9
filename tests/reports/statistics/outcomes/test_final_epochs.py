"""The epochs of the results, counted by hand."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.statistics.outcomes.final_epochs import FinalEpochs, final_epochs
from orchestrator.reports.text.methods import methods
from tests.reports.sample import Sample, write

TWO = Sample(factors={"model.activation": ["sigmoid", "tanh"]}, replicates=3, probes=False)
EPOCHS = [4, 5, 6, 8, 9, 12]


@pytest.fixture
def study(tmp_path: Path) -> tuple[PlanDocument, pd.DataFrame]:
    tables = read_tables(write(tmp_path, TWO))
    return tables.plan, tables.trials.assign(final_epoch=EPOCHS)


def selecting(plan: PlanDocument, select: str, patience: int | None = None) -> PlanDocument:
    fixed = {**plan.fixed, "training.select": select, "training.early_stopping": patience}
    return replace(plan, fixed=fixed)


def test_best_epochs_are_counted(study: tuple[PlanDocument, pd.DataFrame]) -> None:
    plan, trials = study
    found = final_epochs(selecting(plan, "best"), trials)
    assert found == FinalEpochs(("best",), least=4, median=7, most=12)


def test_diverged_trials_have_no_result(study: tuple[PlanDocument, pd.DataFrame]) -> None:
    plan, trials = study
    lost = trials.assign(status=["diverged", *["completed"] * 5])
    found = final_epochs(selecting(plan, "last", patience=2), lost)
    assert found == FinalEpochs(("last",), least=5, median=8, most=12)


def test_none_where_all_results_are_of_the_last_epoch(
    study: tuple[PlanDocument, pd.DataFrame],
) -> None:
    plan, trials = study
    assert final_epochs(selecting(plan, "last"), trials) is None


def test_the_methods_name_the_epochs(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, TWO))
    tables = replace(
        tables,
        plan=selecting(tables.plan, "best"),
        trials=tables.trials.assign(final_epoch=EPOCHS),
    )
    said = dict(methods(analyse(tables)))["Epoch of the results"]
    assert "lowest validation loss (training.select: best)" in said
    assert "epochs 4 to 12, median 7" in said
