"""Verdicts on networks that were still improving: never without the warning, epochs proposed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from orchestrator.reports.build import build_report
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.statistics.intervals import Floats
from tests.reports.sample import Sample, write
from tests.reports.text.told import Told

EPOCHS = 8
CELLS = Sample(
    study="cells",
    question="Does an LSTM or a GRU remember longer?",
    factors={"model.cell": ["lstm", "gru"]},
    baseline={"model.cell": "lstm"},
    replicates=8,
    epochs=EPOCHS,
)


def sigmoid(middle: float, width: float = 1.5) -> Floats:
    """Accuracy by epoch of a network that finds the solution around one of them."""
    return np.asarray(0.1 + 0.9 / (1 + np.exp(-(np.arange(EPOCHS + 1) - middle) / width)))


def with_curves(tables: Tables, curves: dict[str, Floats], noise: float = 0.004) -> Tables:
    """The same study, whose accuracies follow these curves, by the label of the variant."""
    labels = {each.variant_id: each.label for each in tables.plan.variants}
    rng = np.random.default_rng(0)
    metrics = tables.metrics.copy()
    own = metrics["metric"] == "accuracy"
    ids, epochs = metrics.loc[own, "variant_id"], metrics.loc[own, "epoch"]
    values = [curves[labels[v]][epoch] for v, epoch in zip(ids, epochs, strict=True)]
    metrics.loc[own, "value"] = np.array(values) + rng.normal(0, noise, len(values))
    last = metrics[own & (metrics["epoch"] == EPOCHS) & (metrics["split"] == "test")]
    finals = last.set_index("trial_id")["value"]
    trials = tables.trials
    trials = trials.assign(**{"final.test/accuracy": trials["trial_id"].map(finals)})
    return replace(tables, metrics=metrics, trials=trials)


def stopped_too_early(tmp_path: Path) -> Tables:
    """With 8 epochs the GRU is half way, the LSTM begins; with 25 both would have solved it."""
    curves = {"cell=lstm": sigmoid(9), "cell=gru": sigmoid(7)}
    return with_curves(read_tables(write(tmp_path, CELLS)), curves)


def alike(tmp_path: Path, middle: float) -> Tables:
    curves = {"cell=lstm": sigmoid(middle), "cell=gru": sigmoid(middle)}
    return with_curves(read_tables(write(tmp_path, CELLS)), curves, noise=0.03)


@pytest.mark.slow
def test_a_study_stopped_too_early_is_not_answered_without_saying_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = stopped_too_early(tmp_path)
    found = Told.of(tables)
    assert [row.verdict for row in found.analysis.comparisons.rows] == ["better"]
    assert found.said.finding.endswith("still improving at the end: train for more epochs.")
    assert found.said.warnings[0].startswith("Still improving: 2 variants (lstm; gru). More")
    assert all("still improving" in each.text for each in found.said.statements)
    monkeypatch.setattr("orchestrator.reports.build.read_study", lambda *_: tables)
    report = build_report(tmp_path / "cells")
    page = report.path.read_text()
    first_screen = page[page.index('<header id="summary">') : page.index("</header>")]
    assert "still improving at the end: train for more epochs" in first_screen
    lead = first_screen[first_screen.index('<p class="finding">') :].partition("</p>")[0]
    assert lead.count(". ") == 0  # one sentence, the others follow in smaller letters
    assert "train longer before you add replicates" in first_screen
    assert "still improving" in report.finding


def test_undecided_and_still_improving_epochs_are_proposed_and_no_replicates(
    tmp_path: Path,
) -> None:
    said = Told.of(alike(tmp_path, middle=7)).said
    assert said.next_step.startswith(
        "1 comparison undecided, and in it a variant was still improving at the end: train longer"
    )
    assert said.command == f"orch run cells --set training.epochs={2 * EPOCHS}"
    assert not [s for s in said.statements if "replicates" in s.text]


@pytest.mark.slow
def test_undecided_at_rest_replicates_are_proposed(tmp_path: Path) -> None:
    found = Told.of(alike(tmp_path, middle=1))
    assert not found.analysis.improving.of
    assert "still improving" not in f"{found.said.finding} {found.said.warnings}"
    assert "epochs" not in f"{found.said.next_step} {found.said.command}"


@pytest.mark.slow
def test_where_variants_differ_in_their_epochs_no_number_is_given(tmp_path: Path) -> None:
    tables = alike(tmp_path, middle=7)
    fixed = {path: v for path, v in tables.plan.fixed.items() if path != "training.epochs"}
    said = Told.of(replace(tables, plan=replace(tables.plan, fixed=fixed))).said
    assert "train longer" in said.next_step
    assert said.command == ""
