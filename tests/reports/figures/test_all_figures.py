"""Figures of every kind of study: plotly accepts them, lists offer what is drawn."""

from collections.abc import Mapping

import plotly.graph_objects as go
import pytest

from orchestrator.reports.figures.palette import INK, LOOKS, dark_of
from orchestrator.reports.figures.records import Figure
from tests.reports.figures.drawing import STUDIES, drawn, shown, write_study
from tests.reports.sample import Drawn

pytestmark = pytest.mark.slow  # whole analyses and pages


@pytest.fixture(scope="module", params=STUDIES)
def figures(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Figure]:
    return drawn(write_study(request.param, tmp_path_factory.mktemp("results")))[1]


def test_plotly_accepts_every_panel_of_every_kind_of_study(figures: Mapping[str, Figure]) -> None:
    through_depth = {"delta", "weight_grad", "saturation"} <= figures.keys()
    assert through_depth != ("time_decay" in figures)
    assert {"outcomes", "curves"} <= figures.keys()
    for figure in figures.values():
        assert 1 <= len(shown(figure)) <= 20
        for panel in figure.panels:
            go.Figure(data=list(panel.data), layout=panel.layout)


def test_every_choice_shows_something(figures: Mapping[str, Figure]) -> None:
    for figure in figures.values():
        for chooser in figure.choosers:
            assert chooser.chosen in [value for value, _ in chooser.options]
            offered = {panel.when[chooser.key] for panel in figure.panels}
            assert offered == {value for value, _ in chooser.options}


def test_a_level_has_one_colour_in_every_figure(full_drawn: Drawn) -> None:
    _, _, figures = full_drawn
    colours: dict[str, set[str]] = {}
    for figure in figures.values():
        for panel in figure.panels:
            for trace in panel.data:
                if "legendgroup" in trace and trace.get("name") != "theory":
                    style = trace.get("marker") or {"color": trace["line"].get("color")}
                    if style["color"] not in (None, INK[0]):  # ink: before training
                        colours.setdefault(trace["legendgroup"], set()).add(style["color"])
    assert colours == {str(i): {LOOKS[i].light} for i in range(4)}


def test_every_colour_of_a_figure_has_a_dark_counterpart(full_drawn: Drawn) -> None:
    _, _, figures = full_drawn
    used = set()
    for figure in figures.values():
        for panel in figure.panels:
            for trace in panel.data:
                used |= {trace.get("fillcolor"), trace.get("line", {}).get("color")}
    assert used - {None} <= dark_of().keys()
