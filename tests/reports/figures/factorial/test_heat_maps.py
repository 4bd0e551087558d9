"""Pairs of factors as heat maps: each cell holds the mean of its two levels."""

from pathlib import Path

import numpy as np
import pytest

from orchestrator.reports.figures.factorial.interactions import DRAWN_AS, HEAT_MAPS, LINES
from orchestrator.reports.text.names import value_text
from tests.reports.figures.drawing import drawn, shown, write_study
from tests.reports.some import some


@pytest.mark.slow
def test_cells_hold_the_means_of_a_pair_under_their_levels(tmp_path: Path) -> None:
    analysis, figures = drawn(write_study("four", tmp_path))
    figure, plan = figures["interactions"], analysis.plan
    maps = [panel for panel in figure.panels if panel.when[DRAWN_AS] == HEAT_MAPS]
    assert len(maps) == len(shown(figure))  # one for each drawing as lines
    (cells,) = maps[0].data
    x, y = (maps[0].layout[axis]["title"]["text"] for axis in ("xaxis", "yaxis"))
    paths = {path.split(".")[-1]: path for path in plan.factors}
    finals = [
        (v.settings[paths[y]], v.settings[paths[x]], analysis.outcomes[v.variant_id].mean)
        for v in plan.variants
    ]
    for i, row in enumerate(plan.factors[paths[y]]):
        for j, column in enumerate(plan.factors[paths[x]]):
            mean = np.mean([final for a, b, final in finals if (a, b) == (row, column)])
            assert cells["z"][i][j] == pytest.approx(mean, rel=1e-4)
            assert cells["text"][i][j] == value_text(float(mean), plan.compare.unit)
    top, bottom = some(maps[0].layout["yaxis"]["range"])[::-1]
    assert top < 0 < bottom  # the first level is at the top


def test_lines_are_what_the_page_opens_on(tmp_path: Path) -> None:
    _, figures = drawn(write_study("two", tmp_path))
    assert {panel.when[DRAWN_AS] for panel in shown(figures["interactions"])} == {LINES}
