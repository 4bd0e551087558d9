"""Whether the worst level gets far less gradient than the best."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.reports.statistics.gradients.unlike_gradients import unlike_gradients
from tests.reports.sample import Sample
from tests.reports.text.told import Told, told

SAMPLE = Sample(study="s", factors={"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 4]},
                replicates=8)  # fmt: skip


@pytest.fixture
def found(tmp_path: Path) -> Told:
    return told(tmp_path, SAMPLE)


@pytest.mark.slow
def test_the_ratio_is_that_of_the_probe_before_training(found: Told) -> None:
    said = found.analysis.unlike_gradients
    assert said is not None
    assert said.worst.levels == {"model.activation": "sigmoid"}
    left = [p for p in found.analysis.profiles if p.quantity == "delta" and p.epoch == 0]
    of = {p.variant_id: p.total.value for p in left if p.total}
    assert said.of_worst == (of[said.worst.cells[0].variant_id],) * 2
    assert said.of_best == (of[said.best.cells[0].variant_id],) * 2


@pytest.mark.slow
def test_alike_gradients_explain_nothing(found: Told) -> None:
    profiles = [
        replace(p, total=replace(p.total, value=0.5)) if p.total else p
        for p in found.analysis.profiles
    ]
    assert unlike_gradients(found.analysis.context, profiles) is None


@pytest.mark.slow
def test_nor_do_they_where_no_level_is_shown_to_be_worse(tmp_path: Path) -> None:
    few = told(tmp_path, replace(SAMPLE, replicates=4))
    assert few.analysis.unlike_gradients is None
    assert unlike_gradients(few.analysis.context, ()) is None
