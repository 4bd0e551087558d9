"""Pre-activations, path factors and gates: what is drawn against the tables it was made from."""

from pathlib import Path

import numpy as np
import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.figures.palette import INK
from orchestrator.reports.statistics.gradients.layer_quantiles import PATH_FACTOR, STEEPEST
from orchestrator.reports.statistics.gradients.mean_field import ACTIVATIONS
from orchestrator.reports.statistics.intervals import Floats
from tests.reports.figures.drawing import drawn, shown
from tests.reports.sample import Drawn, Factors, Sample, write


def means(tables: Tables, variant: str, quantity: str, epoch: int) -> Floats:
    """By layer."""
    rows = tables.gradients
    rows = rows[(rows["variant_id"] == variant) & (rows["quantity"] == quantity)]
    return rows[rows["epoch"] == epoch].groupby("position")["value"].mean().to_numpy()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_no_slope_is_above_its_bound(activation: str) -> None:
    z = np.linspace(-30, 30, 60_001)
    steepest = ACTIVATIONS[activation].slope(z).max()
    assert steepest == pytest.approx(STEEPEST[activation], abs=1e-4)


@pytest.mark.slow
def test_bars_are_the_quantiles_of_z_on_the_function_that_takes_it(full_drawn: Drawn) -> None:
    tables, analysis, figures = full_drawn
    panels = shown(figures["pre_activations"])
    assert [panel.title.split()[-1] for panel in panels] == ["sigmoid", "tanh", "relu", "softplus"]
    phi, slope, *bars = panels[1].data
    z = np.array(phi["x"])
    assert phi["y"] == pytest.approx(np.tanh(z), abs=0.01)
    assert slope["y"] == pytest.approx(1 - np.tanh(z) ** 2, abs=0.02)
    assert len(bars) == 2 * 3, "before training and after it: thin, thick, median"
    chosen = {c.key: c.chosen for c in figures["pre_activations"].choosers}
    (variant,) = [
        v.variant_id for v in analysis.plan.variants
        if v.levels["model.activation"] == "tanh"
        and all(f"{v.levels[key]:g}" == text for key, text in chosen.items())
    ]  # fmt: skip
    for place, epoch in enumerate((0, 20)):
        thin, thick, median = bars[3 * place :][:3]
        for line, low, high in ((thin, "z_q05", "z_q95"), (thick, "z_q25", "z_q75")):
            assert line["x"][::3] == pytest.approx(means(tables, variant, low, epoch), rel=0.01)
            assert line["x"][1::3] == pytest.approx(means(tables, variant, high, epoch), rel=0.01)
        expected = means(tables, variant, "z_q50", epoch)
        assert median["x"] == pytest.approx(expected, rel=0.01)


@pytest.mark.slow
def test_a_variant_that_diverged_has_the_bars_of_before_training_alone(tmp_path: Path) -> None:
    levels = {"model.activation": ["tanh", "relu"]}
    fates = {("activation=relu", replicate): "diverged" for replicate in range(2)}
    _, figures = drawn(
        write(tmp_path, Sample(study="s", factors=levels, replicates=2, fates=fates))
    )
    tanh, relu = shown(figures["pre_activations"])
    assert (tanh.note, relu.note) == ("", "not measured after 20 epochs")
    begun = [trace["line"]["color"] for trace in tanh.data[2:4]]
    assert [trace["line"]["color"] for trace in relu.data[2:4]] == begun == [INK[0]] * 2


@pytest.mark.slow
def test_the_sentence_names_the_flattest_piece(full_drawn: Drawn) -> None:
    """z of the sample is ±.7 · scale at its quarters; there softplus′, σ(−1.4), is below tanh′."""
    _, _, figures = full_drawn
    said = figures["pre_activations"].lesson
    assert "softplus, " in said
    assert "scale 2" in said
    slope = 1 / (1 + np.exp(1.4))
    assert slope < 1 - np.tanh(1.4) ** 2
    assert f"below −1.4, where softplus′ is at most {slope:.3g} (at its steepest 1)" in said


@pytest.mark.slow
def test_a_relu_is_told_by_its_median(tmp_path: Path) -> None:
    sample = Sample(study="s", factors={"model.activation": ["relu"]}, replicates=2)
    _, figures = drawn(write(tmp_path, sample))
    assert "half of it below 0, where relu′ is practically 0" in figures["pre_activations"].lesson


@pytest.mark.slow
def test_an_activation_of_ones_own_has_bars_but_no_curve(tmp_path: Path) -> None:
    factors = {"model.activation": ["swish", "tanh"]}
    analysis, figures = drawn(write(tmp_path, Sample(study="s", factors=factors, replicates=2)))
    own, known = shown(figures["pre_activations"])
    assert (len(own.data), len(known.data)) == (6, 8)
    assert "No curve where" in figures["pre_activations"].caption
    of_own = [s for s in analysis.path_factors if s.activation is None]
    assert {s.bound for s in of_own} == {None}
    dashed = [[t for t in p.data if t["line"].get("dash") == "4px,3px"]
              for p in shown(figures["path_factors"])]  # fmt: skip
    assert [len(lines) for lines in dashed] == [0, 1, 0, 1]


def test_without_a_known_slope_the_sentence_says_how_far_z_reaches(tmp_path: Path) -> None:
    factors: Factors = {"model.activation": ["swish"], "model.init.scale": [0.5, 2.0]}
    _, figures = drawn(write(tmp_path, Sample(study="s", factors=factors, replicates=2)))
    said = figures["pre_activations"].lesson
    assert "with swish, scale 2: 5 % of it below −3.2, 5 % above 3.2." in said
    assert "the largest of the network is 0.15;" in figures["path_factors"].lesson


def test_path_factors_are_drawn_against_the_bound_of_the_lecture(full_drawn: Drawn) -> None:
    tables, analysis, figures = full_drawn
    panels = shown(figures["path_factors"])
    assert len(panels) == 2 * 4
    bounds = [panel.data[-1]["y"][0] for panel in panels[:4]]
    assert bounds == [0.25, 1.0, 1.0, 1.0]
    sigmoid = analysis.plan.variants[9].variant_id  # depth 8, scale 0.5
    band, largest, mean, _ = panels[0].data
    low, middle, high, most = (means(tables, sigmoid, name, 0) for name in PATH_FACTOR)
    assert mean["y"] == pytest.approx(middle, rel=0.01)
    assert largest["y"] == pytest.approx(most, rel=0.01)
    assert band["y"] == pytest.approx([*high, *low[::-1]], rel=0.01)
    assert len({tuple(panel.layout["yaxis"]["range"]) for panel in panels}) == 1


def test_the_sentence_says_on_which_side_of_the_bound_the_largest_factor_is(
    full_drawn: Drawn, tmp_path: Path
) -> None:
    """Of the sample: .3 · scale."""
    _, _, figures = full_drawn
    assert "the largest of the network is 0.15, below the bound 0.25" in (
        figures["path_factors"].lesson
    )
    levels: Factors = {"model.activation": ["sigmoid"], "model.init.scale": [1.0]}
    _, figures = drawn(write(tmp_path, Sample(study="s", factors=levels, replicates=2)))
    assert "0.30, above the bound 0.25, as some |w| is above 1" in figures["path_factors"].lesson


def test_factors_of_zero_stand_on_the_lower_edge(tmp_path: Path) -> None:
    folder = write(tmp_path, Sample(study="s", factors={"model.depth": [2]}, replicates=2))
    tables = read_tables(folder)
    tables.gradients.loc[tables.gradients["quantity"] == "path_factor_q10", "value"] = 0.0
    analysis = analyse(tables)
    panel = shown(draw_all(scheme(analysis.plan), analysis)["path_factors"])[0]
    foot = 10 ** panel.layout["yaxis"]["range"][0]
    assert panel.data[0]["y"][2:] == pytest.approx([foot, foot], rel=1e-3)


@pytest.mark.slow
def test_gates_are_drawn_by_lag_on_a_scale_from_closed_to_open(memory: Path) -> None:
    analysis, figures = drawn(memory)
    figure = figures["gates"]
    gate, site = (c for c in figure.choosers if c.key in ("quantity", "site"))
    assert [value for value, _ in gate.options] == [
        *("forget_gate", "update_gate", "input_gate", "output_gate", "reset_gate")
    ]
    assert site.options[0] == ("forward.0", "1, forward")
    before, after = shown(figure)
    assert (before.title, after.title) == ("before training", "after 20 epochs")
    assert before.layout["yaxis"]["range"] == [-0.04, 1.04]
    lstm = next(v.variant_id for v in analysis.plan.variants if v.levels["model.cell"] == "lstm")
    (line,) = [t for t in before.data if "markers" in t["mode"]]
    expected = means(read_tables(memory), lstm, "forget_gate", 0)
    assert line["y"] == pytest.approx(expected, rel=1e-3)


def test_the_sentence_puts_a_gate_beside_the_gradient_that_it_lets_through(memory: Path) -> None:
    """Gates of the sample are about half open, its LSTM's gradient loses a tenth a step."""
    _, figures = drawn(memory)
    first = figures["gates"].lesson.split(". ")[0]
    assert "gate is open 0.5" in first or "gate is open 0.4" in first
    assert "(gradient of c: × 0.9" in first


@pytest.mark.slow
def test_networks_without_gates_have_no_figure_of_them(small: Path) -> None:
    _, figures = drawn(small)
    assert "gates" not in figures
    assert "pre_activations" in figures
