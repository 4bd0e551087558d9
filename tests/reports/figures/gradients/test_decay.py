"""Lines by layer are the profiles that were measured, with theory before training."""

from pathlib import Path

import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from tests.reports.figures.drawing import drawn, shown, with_view
from tests.reports.sample import Drawn, Factors, Sample, write

pytestmark = pytest.mark.slow  # whole analyses and pages


def test_the_decay_figure_draws_hidden_layers_at_both_ends_of_training(full_drawn: Drawn) -> None:
    _, analysis, figures = full_drawn
    figure = figures["delta"]
    panels = shown(figure)
    assert len(panels) == 6  # before and after, three scales
    assert {panel.when["model.depth"] for panel in panels} == {"8"}
    lines = [t for t in panels[0].data if t["mode"] == "lines+markers"]
    assert [t["x"] for t in lines] == [list(range(1, 9))] * 4
    sigmoid = analysis.plan.variants[9]  # depth 8, scale 0.5
    assert sigmoid.label == "activation=sigmoid depth=8 scale=0.5"
    (profile,) = [
        p for p in analysis.profiles
        if (p.variant_id, p.epoch, p.quantity) == (sigmoid.variant_id, 0, "delta")
    ]  # fmt: skip
    assert lines[0]["y"] == pytest.approx(profile.by_place.mean[:8], rel=1e-4)
    assert len({tuple(panel.layout["yaxis"]["range"]) for panel in panels}) == 1


def test_networks_without_hidden_layers_have_no_figure_through_depth(memory: Path) -> None:
    analysis, figures = drawn(memory)
    assert {p.hidden for p in analysis.profiles} == {0}
    assert not figures.keys() & {"delta", "weight_grad", "saturation", "factor_per_layer"}


def test_hovering_names_the_layer_whatever_it_is_called(tmp_path: Path) -> None:
    folder = write(tmp_path, Sample(study="s", factors={"model.depth": [2]}, replicates=2))
    tables = read_tables(folder)
    sites = {"hidden.1": "conv1", "hidden.2": "ff1<b>"}
    tables.gradients["site"] = tables.gradients["site"].replace(sites)
    analysis = analyse(tables)
    figures = draw_all(scheme(analysis.plan), analysis)
    (line,) = [t for t in figures["delta"].panels[0].data if "markers" in t["mode"]]
    assert [name for _, name in line["customdata"]] == ["conv1", "ff1&lt;b&gt;"]
    assert "%{customdata[1]}" in line["hovertemplate"]


def test_theory_is_dashed_before_training_and_only_where_it_holds(
    full_drawn: Drawn, memory: Path
) -> None:
    _, analysis, figures = full_drawn
    panels = shown(figures["delta"])
    dashed = [[t for t in panel.data if t.get("name") == "theory"] for panel in panels]
    assert [len(lines) for lines in dashed] == [4, 4, 4, 0, 0, 0]
    sigmoid = analysis.plan.variants[9].variant_id  # depth 8, scale 0.5
    theory = analysis.gradients.theories.by_axis["depth"][sigmoid]
    assert dashed[0][0]["y"] == pytest.approx(theory.expected[:8], rel=1e-4)
    assert "of 36 variants" in figures["delta"].caption
    _, recurrent = drawn(memory)
    assert "does not hold for gates (LSTM, GRU)" in recurrent["time_decay"].caption


def test_weight_gradients_say_how_much_flatter_they_are(full_drawn: Drawn) -> None:
    _, _, figures = full_drawn
    said = figures["weight_grad"].lesson
    assert said.startswith("With sigmoid, depth 8, scale 0.5, before training")


@pytest.mark.parametrize("factors", [{"model.cell": ["rnn", "gru"]}, {"model.depth": [2, 3]}])
def test_gradients_that_are_zero_everywhere_are_counted(tmp_path: Path, factors: Factors) -> None:
    tables = read_tables(write(tmp_path, Sample(study="s", factors=factors, replicates=3)))
    tables.gradients["value"] = 0.0
    figures = draw_all(*with_view(tables))
    figure = figures.get("time_decay") or figures["delta"]
    assert "n = 0" in figure.caption
    assert "(3 exactly zero)" in shown(figure)[0].note
