"""The gradient by layer on the first screen."""

from pathlib import Path

import pytest

from orchestrator.reports.figures.outcomes.first_screen import BESIDE_ANOTHER_PX, HEIGHT_PX
from tests.reports.figures.drawing import drawn, shown
from tests.reports.sample import Drawn, Sample, write

pytestmark = pytest.mark.slow  # whole analyses and pages


def test_it_shows_the_deepest_networks_before_training(full_drawn: Drawn) -> None:
    _, analysis, figures = full_drawn
    figure = figures["gradient_first"]
    deepest = max(profile.inner for profile in analysis.profiles)
    means = {
        tuple(profile.by_place.first(profile.inner).mean.round(12))
        for profile in analysis.profiles
        if profile.quantity == "delta" and profile.epoch == 0 and profile.inner == deepest
    }
    lines = [
        tuple(round(y, 12) for y in trace["y"])
        for panel in shown(figure)
        for trace in panel.data
        if "customdata" in trace and trace.get("name") != "theory" and len(trace["y"]) == deepest
    ]
    assert len(lines) == len(means)
    assert "before training" in figure.title
    assert all("training" not in panel.title for panel in figure.panels)
    assert figures["first_screen"].height_px == BESIDE_ANOTHER_PX


def test_it_is_left_out_where_the_study_does_not_ask(tmp_path: Path) -> None:
    factors = {"task.train_examples": [50, 400, 1000]}
    sample = Sample(
        study="s", question="Are more examples better?", factors=dict(factors),
        baseline={"task.train_examples": 50}, replicates=2, epochs=3,
    )  # fmt: skip
    _, figures = drawn(write(tmp_path, sample))
    assert "gradient_first" not in figures
    if "first_screen" in figures:
        assert figures["first_screen"].height_px == HEIGHT_PX
