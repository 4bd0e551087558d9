"""The picture of an unfolded cell with the gradient on its way back through the steps."""

from pathlib import Path

import pytest

from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.gradients import time_sketch
from orchestrator.reports.page.render import render
from orchestrator.reports.text.sentences import sentences
from tests.reports.figures.drawing import with_view
from tests.reports.sample import Sample, write

CELLS = Sample(
    study="s",
    question="Which cell remembers?",
    factors={"model.cell": ["rnn", "lstm"]},
    baseline={"model.cell": "rnn"},
    replicates=3,
    epochs=3,
)


def test_the_arrow_and_its_words_are_the_measured_decay(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, CELLS))
    view, analysis = with_view(tables)
    base, other = time_sketch.draw(view, analysis)
    assert (base.name, other.name) == ("rnn", "lstm")
    profile = next(
        p for p in analysis.time_profiles
        if (p.variant_id, p.epoch, p.site, p.quantity)
        == (analysis.plan.variants[base.variant].variant_id, 0, "forward.0", "hidden_grad")
    )  # fmt: skip
    assert profile.factor
    mean = profile.by_place.mean
    assert base.last == len(mean)
    factor, _, rest = base.said.removeprefix("÷").partition(" per step, ÷")
    assert float(factor) == pytest.approx(1 / profile.factor.value, rel=0.05)
    total, _, steps = rest.partition(" over ")
    assert float(total) == pytest.approx(mean[1] / mean[-1], rel=0.05)
    assert steps == f"{len(mean) - 2} steps"
    thickness = [part.thick for part in base.arrow]
    assert thickness == sorted(thickness)
    page = render(tables, analysis, sentences(analysis)).html
    assert (
        page.index('<section id="time">') < page.index(base.said) < page.index("figure-time_decay")
    )


def test_networks_that_do_not_recur_have_none(tmp_path: Path) -> None:
    sample = Sample(study="s", replicates=2, epochs=2)
    assert time_sketch.draw(*with_view(read_tables(write(tmp_path, sample)))) == ()
