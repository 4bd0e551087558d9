"""When the sections of gradients are folded, and when the gradient comes first."""

from dataclasses import replace

import pytest

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.gradient_focus import Axis, comes_first, folded
from tests.reports.sample import Factors, Sample, write


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> PlanDocument:
    sample = Sample(replicates=1, epochs=1, probes=False)
    return read_tables(write(tmp_path_factory.mktemp("results"), sample)).plan


def study(plan: PlanDocument, question: str, factors: Factors, metric: str) -> PlanDocument:
    named = {path: tuple(levels) for path, levels in factors.items()}
    return replace(
        plan, question=question, factors=named, compare=replace(plan.compare, metric=metric)
    )


DEPTH: Factors = {"model.depth": [2, 8]}
SIZE: Factors = {"task.train_examples": [50, 400]}
CELL: Factors = {"model.cell": ["rnn", "lstm"]}
ACCURACY = "test/accuracy"


@pytest.mark.parametrize(
    ("question", "factors", "metric", "axis", "hidden", "expected"),
    [
        ("Which is best?", DEPTH, ACCURACY, "depth", 8, False),
        ("Which is best?", DEPTH, ACCURACY, "depth", 2, True),  # too few layers
        ("How much slower do the first layers learn?", DEPTH, ACCURACY, "depth", 2, False),
        ("Which is best?", SIZE, ACCURACY, "depth", 8, True),
        ("Which is best?", SIZE, "gradient/total_decay", "depth", 2, False),
        ("Which activation?", SIZE, ACCURACY, "depth", 4, False),
        ("From how many examples on does it learn?", SIZE, ACCURACY, "time", 0, True),
        ("Which is best?", CELL, ACCURACY, "time", 0, False),
        ("Which is best?", {"task.length": [5, 9]}, ACCURACY, "time", 0, False),
        ("Do gradients vanish?", SIZE, ACCURACY, "time", 0, False),
    ],
)
def test_sections_are_folded_where_no_gradient_is_asked_for(
    plan: PlanDocument,
    question: str,
    factors: Factors,
    metric: str,
    axis: Axis,
    hidden: int,
    expected: bool,
) -> None:
    assert folded(study(plan, question, factors, metric), axis, hidden) is expected


def test_the_gradient_comes_first_where_it_is_the_question(plan: PlanDocument) -> None:
    deep = study(plan, "Which is best?", DEPTH, ACCURACY)
    assert comes_first(deep, 8)
    assert not comes_first(deep, 2)
    assert not comes_first(study(plan, "Which is best?", SIZE, ACCURACY), 8)
    asked = study(plan, "Do gradients vanish?", SIZE, ACCURACY)
    assert comes_first(asked, 2)
    assert not comes_first(asked, 1)
