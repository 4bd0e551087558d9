"""The range of the axis of learning curves."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orchestrator.reports.figures.outcomes.curves import starts_outside, value_span
from orchestrator.reports.figures.records import linear_range
from orchestrator.reports.statistics.outcomes.curves import Curve
from orchestrator.reports.text.captions.outcomes.curves import caption
from tests.reports.figures.drawing import drawn, write_study


def curve(*means: float) -> Curve:
    mean = np.array(means)
    return Curve(
        "v", "test/mse", tuple(range(len(means))), (3,) * len(means), mean, mean - 1, mean + 1
    )


def test_values_before_training_do_not_flatten_what_follows() -> None:
    every = (curve(9.0, 0.3, 0.2, 0.1), curve(8.0, 0.5, 0.45, np.nan))
    assert starts_outside(every, "squared unit")
    assert value_span(every, "squared unit") == linear_range([0.1, 0.5])


@pytest.mark.parametrize(
    ("means", "unit"),
    [
        ((0.5, 0.4, 0.2, 0.1), "squared unit"),  # epoch 0 is close enough
        ((0.1, 0.93, 0.95, 0.96), "share"),
        ((9.0, 0.1, 0.1, 0.1), "squared unit"),  # nothing happens later
        ((9.0,), "squared unit"),
    ],
)
def test_elsewhere_the_axis_has_all_epochs(means: tuple[float, ...], unit: str) -> None:
    every = (curve(*means),)
    assert not starts_outside(every, unit)
    assert value_span(every, unit) == linear_range(means)


def test_the_caption_names_the_metrics_whose_start_is_cut() -> None:
    text = caption((curve(9.0, 0.3, 0.1),), ["test/mse", "test/loss"], "", False)
    assert "The axis of test mse, test loss covers epoch 1 and later" in text
    assert "covers epoch 1" not in caption((curve(9.0, 0.3, 0.1),), [], "", False)


@pytest.mark.slow
def test_every_panel_of_a_metric_has_its_range(tmp_path: Path) -> None:
    analysis, figures = drawn(write_study("two", tmp_path))
    own = [each for each in analysis.curves if each.metric == "test/loss"]
    panels = [p for p in figures["curves"].panels if p.when["metric"] == "test/loss"]
    ranges = {tuple(panel.layout["yaxis"]["range"]) for panel in panels}
    assert ranges == {tuple(value_span(own, "nat") or ())}


@pytest.mark.slow
def test_each_replicate_and_the_gap_are_on_demand(tmp_path: Path) -> None:
    analysis, figures = drawn(write_study("two", tmp_path))
    figure = figures["curves"]
    (chooser,) = (each for each in figure.choosers if each.key == "metric")
    assert chooser.chosen == "test/accuracy"
    assert ("each replicate", "test accuracy, each replicate") in chooser.options
    gap = "generalisation gap (train − test accuracy, in points), mean"
    assert gap in [text for _, text in chooser.options]
    (first, *_) = (p for p in figure.panels if p.when["metric"] == "each replicate")
    own = {each.variant_id: each for each in analysis.replicate_curves}
    ids = [variant.variant_id for variant in analysis.plan.variants]
    for trace in first.data:
        curve = own[ids[trace["meta"]["variant"]]]
        lines = np.array(trace["y"], dtype=float).reshape(len(curve.replicates), -1)
        assert np.isnan(lines[:, -1]).all()  # parts one line from the next
        np.testing.assert_allclose(lines[:, :-1], curve.values, rtol=1e-4)


@pytest.mark.slow
def test_what_was_measured_once_has_no_curve(tmp_path: Path) -> None:
    folder = write_study("two", tmp_path)
    table = pd.read_parquet(folder / "metrics.parquet")
    table[table["epoch"] == table["epoch"].max()].to_parquet(folder / "metrics.parquet")
    assert "curves" not in drawn(folder)[1]
