"""What is drawn is what was measured; and plotly accepts every figure."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.composed import composed, visible
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.figures.gradients.epochs import MOST, probed
from orchestrator.reports.figures.palette import INK, LOOKS, dark_of, looks
from orchestrator.reports.figures.records import Chooser, Figure, linear_range, log_range, numbers
from tests.reports.sample import Sample, write

pytestmark = pytest.mark.slow  # whole analyses and pages

STUDIES = {
    "no factor": {},
    "names": {"model.activation": ["sigmoid", "tanh", "relu"]},
    "numbers": {"model.depth": [1, 2, 4]},
    "two": {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 3]},
    "switches": {"model.activation": ["sigmoid", "tanh"], "model.bias": [True, False]},
    "four": {
        "model.activation": ["sigmoid", "tanh"],
        "model.depth": [1, 2, 3],
        "model.init.scale": [0.5, 2.0],
        "training.optimizer": ["sgd", "adam"],
    },
    "five": {f"training.f{i}": [1, 2] for i in range(4)} | {"model.activation": ["tanh", "relu"]},
    "many x": {"model.activation": ["tanh", "relu"], "model.depth": list(range(1, 13)),
               "model.init.scale": [1.0, 2.0]},
    "cells": {"model.cell": ["rnn", "lstm"], "model.bidirectional": [False, True]},
    "nine colours": {"model.width": list(range(9)), "model.depth": [2, 3]},
}  # fmt: skip


def drawn(folder):
    analysis = analyse(read_tables(folder))
    return analysis, draw_all(scheme(analysis.plan), analysis)


@pytest.fixture(params=STUDIES)
def study(request, tmp_path):
    factors = STUDIES[request.param]
    baseline = {path: factors[path][0] for path in list(factors)[:1]}
    sample = Sample(study="s", factors=factors, baseline=baseline, replicates=2, epochs=5)
    return write(tmp_path, sample)


def shown(figure):
    """The panels that are seen first."""
    chosen = {chooser.key: chooser.chosen for chooser in figure.choosers}
    return [
        panel
        for panel in figure.panels
        if all(chosen.get(key, value) == value for key, value in panel.when.items())
    ]


def test_plotly_accepts_every_panel_of_every_kind_of_study(study):
    _, figures = drawn(study)
    through_depth = {"delta", "weight_grad", "saturation"} <= figures.keys()
    assert through_depth != ("time_decay" in figures)
    assert {"outcomes", "curves"} <= figures.keys()
    for figure in figures.values():
        assert 1 <= len(shown(figure)) <= 20
        for panel in figure.panels:
            go.Figure(data=list(panel.data), layout=panel.layout)


def test_every_choice_shows_something(study):
    _, figures = drawn(study)
    for figure in figures.values():
        for chooser in figure.choosers:
            assert chooser.chosen in [value for value, _ in chooser.options]
            offered = {panel.when[chooser.key] for panel in figure.panels}
            assert offered == {value for value, _ in chooser.options}


def test_every_replicate_and_every_mean_is_drawn(study):
    analysis, figures = drawn(study)
    traces = [trace for panel in figures["outcomes"].panels for trace in panel.data]
    dots = sorted(y for t in traces if t["name"] == "replicates" for y in t["y"])
    values = sorted(x for each in analysis.outcomes.values() for x in each.values.values())
    assert dots == pytest.approx(values, rel=1e-4)
    means = sorted(y for t in traces if t["name"] == "mean" for y in t["y"])
    assert means == pytest.approx(sorted(o.mean for o in analysis.outcomes.values()), rel=1e-4)


def test_the_decay_figure_draws_hidden_layers_at_both_ends_of_training(full_drawn):
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


def test_the_figure_through_time_draws_every_lag_of_the_first_forward_layer(memory):
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


def test_the_sentence_tells_where_the_gradient_shrinks_most_and_least(memory):
    _, figures = drawn(memory)
    before, after = figures["time_decay"].lesson.rstrip(".").split(". ")
    assert before.startswith("Before training the gradient loses a factor")
    most, least = before.split(", and loses a factor ")
    assert "with rnn" in most
    assert "with lstm" in least
    assert after.startswith("After 20 epochs the gradient loses a factor")
    assert float(most.split("factor ")[1].split(" per step")[0]) == pytest.approx(2, rel=0.1)
    assert float(least.split(" per step")[0]) == pytest.approx(1 / 0.9, rel=0.1)
    (theory,) = re.findall(r"theory says ([\d.]+)\)", before)
    assert float(theory) == pytest.approx(1.9, rel=0.03)  # of the rnn


def test_the_sentence_is_of_the_last_forward_layer(tmp_path):
    """Below it, the gradient also comes down from above."""
    factors = {"model.cell": ["rnn", "gru"]}
    tables = read_tables(write(tmp_path, Sample(study="s", factors=factors, replicates=3)))
    first = tables.gradients["site"] == "forward.0"
    above = tables.gradients[first].assign(site="forward.10")
    tables.gradients.loc[first & (tables.gradients["quantity"] == "hidden_grad"), "value"] = 1.0
    gradients = pd.concat([tables.gradients, above], ignore_index=True)
    said = draw_all(*_with_view(replace(tables, gradients=gradients)))["time_decay"].lesson
    assert re.match(r"Before training the gradient loses a factor (2|1\.9)", said)
    assert "keeps its size" not in said
    one_layer = draw_all(*_with_view(tables))["time_decay"].lesson
    assert "keeps its size with rnn" in one_layer


def _with_view(tables):
    analysis = analyse(tables)
    return scheme(analysis.plan), analysis


@pytest.mark.parametrize("factors", [{"model.cell": ["rnn", "gru"]}, {"model.depth": [2, 3]}])
def test_gradients_that_are_zero_everywhere_are_counted(tmp_path, factors):
    tables = read_tables(write(tmp_path, Sample(study="s", factors=factors, replicates=3)))
    tables.gradients["value"] = 0.0
    figures = draw_all(*_with_view(tables))
    figure = figures.get("time_decay") or figures["delta"]
    assert "n = 0" in figure.caption
    assert "(3 exactly zero)" in shown(figure)[0].note


def test_states_that_a_cell_does_not_have_leave_no_line(memory):
    _, figures = drawn(memory)
    cell = [p for p in figures["time_decay"].panels if p.when["quantity"] == "cell_grad"]
    lines = [t for p in cell for t in p.data if "lines+markers" in t["mode"]]
    assert {t["legendgroup"] for t in lines} == {"1"}


def test_networks_without_hidden_layers_have_no_figure_through_depth(memory):
    analysis, figures = drawn(memory)
    assert {p.hidden for p in analysis.profiles} == {0}
    assert not figures.keys() & {"delta", "weight_grad", "saturation", "factor_per_layer"}


def test_hovering_names_the_layer_whatever_it_is_called(tmp_path):
    folder = write(tmp_path, Sample(study="s", factors={"model.depth": [2]}, replicates=2))
    tables = read_tables(folder)
    sites = {"hidden.1": "conv1", "hidden.2": "ff1<b>"}
    tables.gradients["site"] = tables.gradients["site"].replace(sites)
    analysis = analyse(tables)
    figures = draw_all(scheme(analysis.plan), analysis)
    (line,) = [t for t in figures["delta"].panels[0].data if "markers" in t["mode"]]
    assert [name for _, name in line["customdata"]] == ["conv1", "ff1&lt;b&gt;"]
    assert "%{customdata[1]}" in line["hovertemplate"]


def test_theory_is_dashed_before_training_and_only_where_it_speaks(full_drawn, memory):
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


def delta(analysis, variant, epoch):
    wanted = (variant.variant_id, epoch, "delta")
    (profile,) = [p for p in analysis.profiles if (p.variant_id, p.epoch, p.quantity) == wanted]
    return profile


def test_every_epoch_of_the_slider_has_its_own_panels_on_one_scale(full_drawn):
    _, analysis, figures = full_drawn
    figure = figures["delta_by_epoch"]
    (slider,) = [chooser for chooser in figure.choosers if chooser.slider]
    assert [value for value, _ in slider.options] == ["0", "5", "10", "15", "20"]
    deep = [p for p in figure.panels if p.when["model.depth"] == "8"]
    assert len(deep) == 5 * 3
    assert len({str(p.layout["yaxis"]["range"]) for p in deep}) == 1
    line = next(t for t in deep[4].data if "markers" in t["mode"])
    variant = analysis.plan.variants[9]
    profile = delta(analysis, variant, 20)
    assert line["y"] == pytest.approx(profile.by_place.mean[:8], rel=1e-4)


def test_the_map_of_a_variant_is_its_gradient_by_layer_and_epoch(full_drawn):
    _, analysis, figures = full_drawn
    panel = shown(figures["delta_map"])[0]
    (tiles,) = panel.data
    variant = next(
        v for v in analysis.plan.variants if v.label.endswith("sigmoid depth=8 scale=0.5")
    )
    for column, epoch in enumerate((0, 5, 10, 15, 20)):
        profile = delta(analysis, variant, epoch)
        drawn_here = [row[column] for row in tiles["z"]]
        assert drawn_here == pytest.approx(np.log10(profile.by_place.mean[:8]), abs=0.01)


def test_many_probes_are_thinned_with_both_ends(tmp_path):
    sample = Sample(study="s", factors={"model.depth": [2]}, replicates=2, epochs=400)
    analysis, _ = drawn(write(tmp_path, sample))
    epochs = probed(analysis.profiles)
    assert len(epochs) == MOST
    assert (epochs[0], epochs[-1]) == (0, 400)


def test_variants_stand_in_the_phase_diagram_where_they_were_drawn(full_drawn):
    _, _, figures = full_drawn
    panels = figures["phase"].panels
    assert [panel.title for panel in panels] == ["sigmoid", "tanh", "relu", "softplus"]
    for panel in panels:
        *_, markers = panel.data
        assert sorted(set(markers["x"])) == pytest.approx([0.25, 1.0, 4.0])
        assert set(markers["y"]) == {0.05}
    assert "begin where the gradient vanishes" in figures["phase"].lesson


def test_the_influence_of_decay_draws_every_variant_that_decays(full_drawn):
    _, _, figures = full_drawn
    for panel in figures["influence_depth"].panels:
        assert sum(len(trace["x"]) for trace in panel.data) == 36
    assert "over 36 variants" in figures["influence_depth"].lesson


def test_weight_gradients_say_how_much_flatter_they_are(full_drawn):
    _, _, figures = full_drawn
    said = figures["weight_grad"].lesson
    assert said.startswith("With sigmoid, depth 8, scale 0.5, before training")


def test_a_level_has_one_colour_in_every_figure(full_drawn):
    _, _, figures = full_drawn
    colours = {}
    for figure in figures.values():
        for panel in figure.panels:
            for trace in panel.data:
                if "legendgroup" in trace and trace.get("name") != "theory":
                    style = trace.get("marker") or {"color": trace["line"].get("color")}
                    if style["color"] not in (None, INK[0]):  # ink: before training
                        colours.setdefault(trace["legendgroup"], set()).add(style["color"])
    assert colours == {str(i): {LOOKS[i].light} for i in range(4)}


def test_colour_is_never_alone():
    assert len({(look.symbol, look.dash) for look in LOOKS}) == len(LOOKS)


def test_when_colours_return_symbols_and_dashes_differ():
    assert looks(3) == LOOKS
    many = looks(4 * len(LOOKS))
    assert len({(look.light, look.symbol) for look in many}) == len(many)
    assert len({(look.light, look.path) for look in many}) == len(many)
    assert [look.light for look in many[7:14]] == [look.light for look in LOOKS]


def test_colours_stand_out_from_their_page():
    """3:1 against white and against the dark page (WCAG 1.4.11)."""
    for look in LOOKS:
        assert contrast(look.light, "#ffffff") >= 3
        assert contrast(look.dark, "#11151a") >= 3


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_every_colour_of_a_figure_has_a_dark_counterpart(full_drawn):
    _, _, figures = full_drawn
    used = set()
    for figure in figures.values():
        for panel in figure.panels:
            for trace in panel.data:
                used |= {trace.get("fillcolor"), trace.get("line", {}).get("color")}
    assert used - {None} <= dark_of().keys()


def test_lost_trials_are_marked(full_drawn):
    _, _, figures = full_drawn
    crosses = [
        text
        for panel in figures["outcomes"].panels
        for trace in panel.data
        if trace["name"] == "lost"
        for text in trace["text"]
    ]
    assert sorted(crosses) == ["✕1", "✕4"]
    notes = [panel.note for panel in shown(figures["delta"])]
    assert notes.count("fewer than 10 replicates: relu 6") == 1


def test_ranges_hold_their_values():
    assert linear_range([]) is None
    assert linear_range([None, float("nan")]) is None
    low, high = linear_range([0.5, 0.5])
    assert low < 0.5 < high
    low, high = log_range([1e-8, 1.0, 0.0])
    assert low < -8 < 0 < high
    low, high = log_range([2.0])
    assert high - low >= 1
    assert log_range([0.0]) is None


def test_numbers_are_json():
    assert numbers([1.234567, np.nan, np.inf]) == [1.2346, None, None]


def test_the_answer_runs_along_the_factor_on_a_scale(full, full_drawn):
    """One line an activation and panel, through the means of trials.parquet."""
    figure = full_drawn[2]["first_screen"]
    assert [panel.title for panel in figure.panels] == ["scale 0.5", "scale 1", "scale 2"]
    line = next(t for t in figure.panels[0].data if t.get("mode") == "lines+markers")
    trials = pd.read_parquet(full / "trials.parquet")
    own = trials[trials["variant"].str.match(r"activation=sigmoid depth=\d scale=0.5")]
    means = own.groupby(own["factor.model.depth"].astype(int))["final.test/accuracy"].mean()
    assert line["y"] == pytest.approx(means.tolist(), rel=1e-4)
    assert line["x"] == [0, 1, 2, 3]


def test_the_answer_has_at_most_four_panels_and_lists_for_the_rest(tmp_path):
    factors = {"model.activation": ["tanh", "relu"], "model.depth": [*range(1, 6)],
               "training.optimizer": ["sgd", "adam"], "model.width": [*range(1, 7)]}  # fmt: skip
    _, figures = drawn(write(tmp_path, Sample(study="s", factors=factors, replicates=2)))
    figure = figures["first_screen"]
    assert figure.columns == 1
    keys = [chooser.key for chooser in figure.choosers]
    assert keys == ["model.depth", "training.optimizer"]
    assert len(visible(figure, {})) == 1


def test_a_mean_without_neighbours_has_a_bar_for_its_band(tmp_path):
    """As while a study is under way: sigmoid is there at one depth only."""
    factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 2, 4]}
    gone = {(f"activation=sigmoid depth={depth}", i): "missing" for depth in (2, 4) for i in (0, 1)}
    gone[("activation=tanh depth=2", 0)] = "missing"  # a mean of one has no interval
    sample = Sample(study="s", factors=factors, replicates=2, fates=gone)
    (panel,) = drawn(write(tmp_path, sample))[1]["first_screen"].panels
    sigmoid, tanh = (t for t in panel.data if t.get("mode") == "lines+markers")
    assert (len(sigmoid["x"]), sigmoid["error_y"]["visible"]) == (1, True)
    assert (len(tanh["x"]), tanh["error_y"]["visible"]) == (3, False)


def test_one_factor_of_names_needs_no_other_figure_for_its_answer(small, tmp_path):
    names = Sample(study="names", factors={"model.activation": ["tanh", "relu"]}, baseline={})
    assert "first_screen" not in drawn(write(tmp_path, names))[1]
    assert "first_screen" in drawn(small)[1]


def test_a_picture_says_what_its_lists_stand_on():
    choosers = (
        Chooser("metric", "metric", (("a", "test accuracy"), ("b", "test <b>")), "a"),
        Chooser("model.depth", "depth", (("2", "2"), ("8", "8 & more")), "2"),
    )
    figure = Figure("curves", "{metric} by epoch", "", 1, 200, "", (), choosers, ())
    assert composed(figure).layout.title.text == "Test accuracy by epoch<br><sup>depth 2</sup>"
    said = composed(figure, {"metric": "b", "model.depth": "8"}).layout.title.text
    assert said == "Test &lt;b&gt; by epoch<br><sup>depth 8 &amp; more</sup>"
