"""A compared gradient: its values beside numpy's, and everything that is made of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.build import build_report
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.export.latex import write_latex
from orchestrator.reports.frames import results_frame
from orchestrator.reports.statistics.comparisons.two_studies import read_side, two_studies
from orchestrator.reports.statistics.gradients.compared import read_study, with_gradient
from orchestrator.reports.text.headline import finding
from orchestrator.reports.text.methods import methods
from orchestrator.reports.text.verdicts import statements
from orchestrator.reports.text.warnings import warnings
from tests.reports.sample import Factors, Sample, write

FACTORS: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [3, 4]}
TOTAL = Sample(
    study="totals",
    question="How much less gradient do the first layers get?",
    factors=FACTORS,
    metric="gradient/total_decay",
    replicates=8,
    smallest_difference=float(np.log(1.1)),
    fates={("activation=sigmoid depth=3", 0): "diverged"},
)
CELLS: Factors = {"model.cell": ["rnn", "lstm"], "model.bidirectional": [False, True]}
TIME = Sample(
    study="steps", factors=CELLS, baseline={"model.cell": "rnn"}, metric="gradient/decay_time"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("results"), TOTAL)


@pytest.fixture(scope="module")
def tables(folder: Path) -> Tables:
    return read_study(folder)


@pytest.fixture(scope="module")
def analysis(tables: Tables) -> Analysis:
    return analyse(tables)


def logs_of(tables: Tables, axis: str, quantity: str, site: str = "") -> dict[str, np.ndarray]:
    """Trial id → logarithms by place at epoch 0, from the input or the loss on."""
    rows = tables.gradients
    rows = rows[(rows["epoch"] == 0) & (rows["axis"] == axis) & (rows["quantity"] == quantity)]
    rows = rows[rows["site"].str.startswith(site)].sort_values("position")
    return {str(t): np.log(own["value"].to_numpy(float)) for t, own in rows.groupby("trial_id")}


def finals(tables: Tables) -> dict[str, float]:
    trials = tables.trials.set_index("trial_id")
    return dict(trials[f"final.{tables.plan.compare.metric}"].items())  # type: ignore[arg-type]


def test_the_total_is_the_logarithm_of_first_hidden_layer_over_last(tables: Tables) -> None:
    found = finals(tables)
    assert len(found) == 4 * 8
    for trial, logs in logs_of(tables, "depth", "delta").items():
        assert found[trial] == pytest.approx(logs[0] - logs[-2])  # the last place is the output


@pytest.mark.slow
def test_the_factors_are_the_slopes_of_numpys_lines(tmp_path: Path) -> None:
    tables = read_study(write(tmp_path, replace(TOTAL, metric="gradient/decay_depth")))
    for trial, logs in logs_of(tables, "depth", "delta").items():
        slope = np.polyfit(np.arange(len(logs) - 1), logs[:-1], 1)[0]
        assert finals(tables)[trial] == pytest.approx(-slope)
    tables = read_study(write(tmp_path, TIME))
    for trial, logs in logs_of(tables, "time", "hidden_grad", "forward").items():
        slope = np.polyfit(np.arange(1, len(logs)), logs[1:], 1)[0]  # lag 0 feeds the output too
        assert finals(tables)[trial] == pytest.approx(slope)


def test_other_studies_and_missing_probes(tables: Tables, folder: Path) -> None:
    plan, trials = tables.plan, read_tables(folder).trials
    accuracy = replace(plan, compare=replace(plan.compare, metric="test/accuracy"))
    assert with_gradient(accuracy, trials, tables.gradients) is trials
    column = f"final.{plan.compare.metric}"
    assert with_gradient(plan, trials, tables.gradients.iloc[:0])[column].isna().all()
    late = tables.gradients[tables.gradients["epoch"] > 0]
    assert with_gradient(plan, trials, late)[column].isna().all()


@pytest.mark.slow
def test_a_trial_whose_gradient_is_zero_at_an_end_has_none_and_that_is_said(
    tables: Tables, folder: Path
) -> None:
    rows, trials = tables.gradients.copy(), read_tables(folder).trials
    gone = trials["trial_id"].iloc[1]
    first = (rows["trial_id"] == gone) & (rows["position"] == 1) & (rows["quantity"] == "delta")
    rows.loc[first, "value"] = 0.0
    column = f"final.{tables.plan.compare.metric}"
    without = with_gradient(tables.plan, trials, rows)
    assert without.loc[without[column].isna(), "trial_id"].tolist() == [gone]
    said = warnings(analyse(replace(tables, gradients=rows, trials=without)))
    (text,) = [each for each in said if each.startswith("No total gradient decay")]
    assert "(sigmoid, depth 3: 1 of 8)" in text


def test_a_trial_that_diverged_later_counts_with_its_own_gradient(analysis: Analysis) -> None:
    diverged = analysis.plan.variants[0].variant_id
    outcome = analysis.outcomes[diverged]
    assert (outcome.n, outcome.counts["diverged"], outcome.lost) == (8, 1, 0)
    assert all(
        row.method == "paired" and row.counted_as is None for row in analysis.comparisons.rows
    )
    (text,) = [each for each in warnings(analysis) if "diverged" in each]
    assert text.endswith(
        "The gradient that is compared was measured before training, also of these."
    )


def test_means_are_geometric_and_agree_with_the_section_on_depth(analysis: Analysis) -> None:
    totals = {
        p.variant_id: p.total for p in analysis.profiles if (p.epoch, p.quantity) == (0, "delta")
    }
    for variant, outcome in analysis.outcomes.items():
        total = totals[variant]
        assert total is not None
        assert outcome.mean == pytest.approx(np.log(total.value))
        ends = [end or 0.0 for end in (total.low, total.high)]
        assert [outcome.low, outcome.high] == pytest.approx(np.log(ends).tolist())


def test_the_first_sentence_names_factors_and_no_learning(analysis: Analysis) -> None:
    text = finding(analysis)
    assert text.startswith(
        "In total gradient decay before training (first hidden layer over last), "
    )
    assert "keeps more of the gradient than sigmoid (÷" in text
    assert not any(word in text for word in ("learn", "chance", "better than", "improving"))
    (first, *_) = statements(analysis)
    row = max(analysis.comparisons.rows, key=lambda each: each.difference or 0.0)
    assert first.text.startswith("tanh keeps more of the gradient than sigmoid at depth 4: ×")
    assert f"×{np.exp(row.difference or 0.0):#.3g}".removesuffix(".") in first.text


def test_nothing_is_said_of_baselines_epochs_or_the_gradients_influence(
    analysis: Analysis,
) -> None:
    assert (analysis.learning, analysis.improving.of, analysis.resplits) == ({}, {}, {})
    assert analysis.unlike_gradients is None
    assert analysis.gradients.influences == ()
    terms = dict(methods(analysis))
    assert "natural logarithm" in terms["Gradient compared"]
    assert "lies inside ÷1.10 to ×1.10" in terms["Verdict"]
    assert "better is more of the gradient left" in terms["Verdict"]


@pytest.mark.slow
def test_page_tables_and_other_programs_agree(folder: Path, analysis: Analysis) -> None:
    page = build_report(folder).path.read_text()
    assert "Total gradient decay before training by variant" in page
    assert "Final total gradient" not in page
    assert "task's baseline" not in page
    written = pd.read_parquet(folder / "comparisons.parquet")
    rows = analysis.comparisons.rows
    assert written["difference"].tolist() == pytest.approx([row.difference for row in rows])
    assert set(written["metric"]) == {"gradient/total_decay"}
    means = results_frame(analysis)["mean"].tolist()
    assert means == [outcome.mean for outcome in analysis.outcomes.values()]
    results, comparisons = (path.read_text() for path in write_latex(analysis, folder))
    assert r"$\div$" in results
    assert r"$\times$" in comparisons
    assert "÷" not in results + comparisons
    assert "geometric mean" in results


@pytest.mark.slow
def test_two_studies_compare_their_gradients(folder: Path, tmp_path: Path) -> None:
    other = write(tmp_path, replace(TOTAL, study="again", replicates=6))
    found = two_studies(read_side(folder), read_side(other))
    assert (found.metric, found.unit, found.paired) == ("gradient/total_decay", "factor", True)
    assert [match.b.n for match in found.matches] == [6] * 4
    assert all(match.comparison.difference == pytest.approx(0.0) for match in found.matches)


def test_a_study_without_any_value_says_so(folder: Path, tmp_path: Path) -> None:
    bare = read_study(write(tmp_path, replace(TOTAL, probes=False)))
    assert finding(analyse(bare)) == (
        "No trial has a value of the compared metric, so nothing can be said."
    )
