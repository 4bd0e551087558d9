"""The picture of a network with the gradient on its way back."""

from pathlib import Path

import pytest

from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.gradients import sketch
from tests.reports.figures.drawing import with_view
from tests.reports.sample import Factors, Sample, write

FACTORS: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 2, 8]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sample = Sample(study="s", factors=FACTORS, replicates=3, epochs=3)
    return write(tmp_path_factory.mktemp("results"), sample)


@pytest.mark.slow
def test_it_shows_the_baseline_and_the_best_of_the_deepest_networks(folder: Path) -> None:
    view, analysis = with_view(read_tables(folder))
    base, best = sketch.draw(view, analysis)
    assert (base.name, best.name) == ("sigmoid, depth 8", "tanh, depth 8")
    assert (len(base.layers), len(base.arrow)) == (8, 7)
    assert base.layers[0] < base.layers[-1] < sketch.WIDTH_PX


@pytest.mark.slow
def test_its_words_are_the_measured_decay(folder: Path) -> None:
    view, analysis = with_view(read_tables(folder))
    (base, _) = sketch.draw(view, analysis)
    variant = analysis.plan.variants[base.variant].variant_id
    profile = next(
        p for p in analysis.profiles
        if (p.variant_id, p.epoch, p.quantity) == (variant, 0, "delta")
    )  # fmt: skip
    assert profile.factor
    assert profile.total
    assert profile.factor.value < 1
    times, _, rest = base.said.removeprefix("÷").partition(" per layer, ÷")
    assert float(times) == pytest.approx(1 / profile.factor.value, rel=0.05)
    assert rest.endswith(" in all")


def test_the_arrow_thins_with_the_gradient(folder: Path) -> None:
    view, analysis = with_view(read_tables(folder))
    base, best = sketch.draw(view, analysis)
    thickness = [part.thick for part in base.arrow]
    assert thickness == sorted(thickness)
    assert thickness[0] < thickness[-1]
    assert base.arrow[0].thick < best.arrow[0].thick


def test_without_measurements_there_is_none(tmp_path: Path) -> None:
    sample = Sample(study="s", factors=FACTORS, replicates=2, epochs=2, probes=False)
    assert sketch.draw(*with_view(read_tables(write(tmp_path, sample)))) == ()
