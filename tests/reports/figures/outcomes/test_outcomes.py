"""Every replicate, every mean and every lost trial is drawn."""

from pathlib import Path

import pytest

from tests.reports.figures.drawing import STUDIES, drawn, shown, write_study
from tests.reports.sample import Drawn
from tests.reports.some import some

pytestmark = pytest.mark.slow  # whole analyses and pages


@pytest.fixture(params=STUDIES)
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_study(request.param, tmp_path, probes=False)


def test_every_replicate_and_every_mean_is_drawn(study: Path) -> None:
    analysis, figures = drawn(study)
    traces = [trace for panel in figures["outcomes"].panels for trace in panel.data]
    dots = sorted(y for t in traces if t["name"] == "replicates" for y in t["y"])
    values = sorted(x for each in analysis.outcomes.values() for x in each.values.values())
    assert dots == pytest.approx(values, rel=1e-4)
    means = sorted(y for t in traces if t["name"] == "mean" for y in t["y"])
    assert means == pytest.approx(
        sorted(some(o.mean) for o in analysis.outcomes.values()), rel=1e-4
    )


def test_lost_trials_are_marked(full_drawn: Drawn) -> None:
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
