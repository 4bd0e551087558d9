"""The phase diagram."""

import pytest

from tests.reports.sample import Drawn

pytestmark = pytest.mark.slow  # whole analyses and pages


def test_variants_are_in_the_phase_diagram_where_they_were_drawn(full_drawn: Drawn) -> None:
    _, _, figures = full_drawn
    panels = figures["phase"].panels
    assert [panel.title for panel in panels] == ["sigmoid", "tanh", "relu", "softplus"]
    for panel in panels:
        *_, markers = panel.data
        assert sorted(set(markers["x"])) == pytest.approx([0.25, 1.0, 4.0])
        assert set(markers["y"]) == {0.05}
    assert "begin where the gradient vanishes" in figures["phase"].lesson
