"""Lines by lag are the profiles that were measured; the sentence names the extremes."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.all_figures import draw_all
from tests.reports.figures.drawing import drawn, shown, with_view
from tests.reports.sample import Sample, write

pytestmark = pytest.mark.slow  # whole analyses and pages


def test_the_figure_through_time_draws_every_lag_of_the_first_forward_layer(memory: Path) -> None:
    analysis, figures = drawn(memory)
    figure = figures["time_decay"]
    assert [chooser.key for chooser in figure.choosers[-2:]] == ["site", "quantity"]
    assert [text for _, text in figure.choosers[-2].options] == ["1, forward", "1, backward"]
    before, after = shown(figure)
    assert (before.title, after.title) == ("before training", "after 20 epochs")
    lines = [t for t in before.data if "lines+markers" in t["mode"]]
    assert [t["x"] for t in lines] == [list(range(12))] * 3
    lstm = next(v for v in analysis.plan.variants if v.levels["model.cell"] == "lstm")
    (profile,) = [
        p for p in analysis.time_profiles
        if (p.variant_id, p.epoch, p.site, p.quantity)
        == (lstm.variant_id, 0, "forward.0", "hidden_grad")
    ]  # fmt: skip
    assert lines[1]["y"] == pytest.approx(profile.by_place.mean, rel=1e-4)
    assert before.layout["yaxis"]["range"] == after.layout["yaxis"]["range"]
    assert before.layout["yaxis"]["type"] == "log"


def test_the_sentence_says_where_the_gradient_shrinks_most_and_least(memory: Path) -> None:
    _, figures = drawn(memory)
    before, after = figures["time_decay"].lesson.rstrip(".").split(". ")
    assert before.startswith("Before training the gradient shrinks ")
    most, least = before.split(", and shrinks ")
    assert "with rnn" in most
    assert "with lstm" in least
    assert after.startswith("After 20 epochs the gradient shrinks ")
    assert float(most.split("shrinks ")[1].split("-fold per step")[0]) == pytest.approx(2, rel=0.1)
    assert float(least.split("-fold per step")[0]) == pytest.approx(1 / 0.9, rel=0.1)
    (theory,) = re.findall(r"theory says ([\d.]+)\)", before)
    assert float(theory) == pytest.approx(1.9, rel=0.03)  # of the rnn


def test_the_sentence_is_of_the_last_forward_layer(tmp_path: Path) -> None:
    """Below it, the gradient also comes down from above."""
    factors = {"model.cell": ["rnn", "gru"]}
    tables = read_tables(write(tmp_path, Sample(study="s", factors=factors, replicates=3)))
    first = tables.gradients["site"] == "forward.0"
    above = tables.gradients[first].assign(site="forward.10")
    tables.gradients.loc[first & (tables.gradients["quantity"] == "hidden_grad"), "value"] = 1.0
    gradients = pd.concat([tables.gradients, above], ignore_index=True)
    said = draw_all(*with_view(replace(tables, gradients=gradients)))["time_decay"].lesson
    assert re.match(r"Before training the gradient shrinks (2|1\.9)", said)
    assert "keeps its size" not in said
    one_layer = draw_all(*with_view(tables))["time_decay"].lesson
    assert "keeps its size with rnn" in one_layer


def test_states_that_a_cell_does_not_have_leave_no_line(memory: Path) -> None:
    _, figures = drawn(memory)
    cell = [p for p in figures["time_decay"].panels if p.when["quantity"] == "cell_grad"]
    lines = [t for p in cell for t in p.data if "lines+markers" in t["mode"]]
    assert {t["legendgroup"] for t in lines} == {"1"}
