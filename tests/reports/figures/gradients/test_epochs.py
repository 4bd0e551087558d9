"""The slider and the map show the profile of each probed epoch."""

from pathlib import Path

import numpy as np
import pytest

from orchestrator.plan_document import Variant
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.figures.gradients.epochs import MOST, probed
from orchestrator.reports.statistics.gradients.decay import Profile
from tests.reports.figures.drawing import drawn, shown
from tests.reports.sample import Drawn, Sample, write

pytestmark = pytest.mark.slow  # whole analyses and pages


def delta(analysis: Analysis, variant: Variant, epoch: int) -> Profile:
    wanted = (variant.variant_id, epoch, "delta")
    (profile,) = [p for p in analysis.profiles if (p.variant_id, p.epoch, p.quantity) == wanted]
    return profile


def test_every_epoch_of_the_slider_has_its_own_panels_on_one_scale(full_drawn: Drawn) -> None:
    _, analysis, figures = full_drawn
    figure = figures["delta_by_epoch"]
    (slider,) = [chooser for chooser in figure.choosers if chooser.slider]
    assert [value for value, _ in slider.options] == ["0", "5", "10", "15", "20"]
    deep = [p for p in figure.panels if p.when["model.depth"] == "8"]
    assert len(deep) == 5 * 3
    assert len({str(p.layout["yaxis"]["range"]) for p in deep}) == 1
    line = next(t for t in deep[4].data if "markers" in t["mode"])
    variant = analysis.plan.variants[9]
    profile = delta(analysis, variant, 20)
    assert line["y"] == pytest.approx(profile.by_place.mean[:8], rel=1e-4)


def test_the_map_of_a_variant_is_its_gradient_by_layer_and_epoch(full_drawn: Drawn) -> None:
    _, analysis, figures = full_drawn
    panel = shown(figures["delta_map"])[0]
    (tiles,) = panel.data
    variant = next(
        v for v in analysis.plan.variants if v.label.endswith("sigmoid depth=8 scale=0.5")
    )
    for column, epoch in enumerate((0, 5, 10, 15, 20)):
        profile = delta(analysis, variant, epoch)
        drawn_here = [row[column] for row in tiles["z"]]
        assert drawn_here == pytest.approx(np.log10(profile.by_place.mean[:8]), abs=0.01)


def test_many_probes_are_thinned_with_both_ends(tmp_path: Path) -> None:
    sample = Sample(study="s", factors={"model.depth": [2]}, replicates=2, epochs=400)
    analysis, _ = drawn(write(tmp_path, sample))
    epochs = probed(analysis.profiles)
    assert len(epochs) == MOST
    assert (epochs[0], epochs[-1]) == (0, 400)
