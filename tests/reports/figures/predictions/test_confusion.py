"""The matrices that a page draws, and what stands where there is none."""

from pathlib import Path

import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.figures.predictions.confusion import DIFFERENCES, SHOWN, draw
from orchestrator.reports.figures.records import Figure
from tests.reports.page.rows.test_hard_examples import with_predictions
from tests.reports.sample import write_small
from tests.reports.some import some


@pytest.fixture(scope="module")
def figure(tmp_path_factory: pytest.TempPathFactory) -> Figure:
    folder: Path = write_small(tmp_path_factory.mktemp("results"))
    tables = with_predictions(read_tables(folder))
    return some(draw(scheme(tables.plan), analyse(tables).predicted))


def test_a_panel_without_a_matrix_has_a_note_and_no_axes(figure: Figure) -> None:
    empty = [panel for panel in figure.panels if not panel.data]
    assert empty
    assert {panel.when[SHOWN] for panel in empty} == {DIFFERENCES}
    for panel in empty:
        assert panel.note
        assert not panel.layout["xaxis"]["visible"]
        assert not panel.layout["yaxis"]["visible"]


def test_differences_are_written_with_their_sign(figure: Figure) -> None:
    drawn = [panel for panel in figure.panels if panel.when[SHOWN] == DIFFERENCES and panel.data]
    texts = {text for panel in drawn for row in panel.data[0]["text"] for text in row if text}
    assert {text[0] for text in texts} == {"+", "−"}
