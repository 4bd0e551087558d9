"""The range of the axis of learning curves."""

from pathlib import Path

import numpy as np
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
    text = caption((curve(9.0, 0.3, 0.1),), ["test/mse", "test/loss"])
    assert "The axis of test mse, test loss covers epoch 1 and later" in text
    assert "covers epoch 1" not in caption((curve(9.0, 0.3, 0.1),), [])


@pytest.mark.slow
def test_every_panel_of_a_metric_has_its_range(tmp_path: Path) -> None:
    analysis, figures = drawn(write_study("two", tmp_path))
    own = [each for each in analysis.curves if each.metric == "test/loss"]
    panels = [p for p in figures["curves"].panels if p.when["metric"] == "test/loss"]
    ranges = {tuple(panel.layout["yaxis"]["range"]) for panel in panels}
    assert ranges == {tuple(value_span(own, "nat") or ())}
