"""The figure of the first screen, and where there is none."""

from pathlib import Path

import pandas as pd
import pytest

from orchestrator.reports.figures.composed import visible
from tests.reports.figures.drawing import drawn
from tests.reports.sample import Drawn, Factors, Sample, write

pytestmark = pytest.mark.slow  # whole analyses and pages


def test_lines_run_along_the_factor_on_a_scale(full: Path, full_drawn: Drawn) -> None:
    """One line per activation and panel, through the means of trials.parquet."""
    figure = full_drawn[2]["first_screen"]
    assert [panel.title for panel in figure.panels] == ["scale 0.5", "scale 1", "scale 2"]
    line = next(t for t in figure.panels[0].data if t.get("mode") == "lines+markers")
    trials = pd.read_parquet(full / "trials.parquet")
    own = trials[trials["variant"].str.match(r"activation=sigmoid depth=\d scale=0.5")]
    means = own.groupby(own["factor.model.depth"].astype(int))["final.test/accuracy"].mean()
    assert line["y"] == pytest.approx(means.tolist(), rel=1e-4)
    assert line["x"] == [0, 1, 2, 3]


def test_there_are_at_most_four_panels_and_lists_for_the_rest(tmp_path: Path) -> None:
    factors: Factors = {
        "model.activation": ["tanh", "relu"],
        "model.depth": [*range(1, 6)],
        "training.optimizer": ["sgd", "adam"],
        "model.width": [*range(1, 7)],
    }
    _, figures = drawn(write(tmp_path, Sample(study="s", factors=factors, replicates=2)))
    figure = figures["first_screen"]
    assert figure.columns == 1
    keys = [chooser.key for chooser in figure.choosers]
    assert keys == ["model.depth", "training.optimizer"]
    assert len(visible(figure, {})) == 1


def test_a_mean_without_neighbours_has_a_bar_for_its_band(tmp_path: Path) -> None:
    """As while a study is under way: sigmoid is there at one depth only."""
    factors: Factors = {
        "model.activation": ["sigmoid", "tanh"],
        "model.depth": [1, 2, 4],
    }
    gone = {(f"activation=sigmoid depth={depth}", i): "missing" for depth in (2, 4) for i in (0, 1)}
    gone[("activation=tanh depth=2", 0)] = "missing"  # a mean of one has no interval
    sample = Sample(study="s", factors=factors, replicates=2, fates=gone)
    (panel,) = drawn(write(tmp_path, sample))[1]["first_screen"].panels
    sigmoid, tanh = (t for t in panel.data if t.get("mode") == "lines+markers")
    assert (len(sigmoid["x"]), sigmoid["error_y"]["visible"]) == (1, True)
    assert (len(tanh["x"]), tanh["error_y"]["visible"]) == (3, False)


def test_one_factor_of_names_needs_no_other_figure(small: Path, tmp_path: Path) -> None:
    names = Sample(study="names", factors={"model.activation": ["tanh", "relu"]}, baseline={})
    assert "first_screen" not in drawn(write(tmp_path, names))[1]
    assert "first_screen" in drawn(small)[1]
