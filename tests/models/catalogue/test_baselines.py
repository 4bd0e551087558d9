"""Every shipped task says what its baseline answers, and the plan says it to the report."""

import pytest

from orchestrator.models.catalogue import TASKS, Baseline
from orchestrator.plan.document import plan_document
from tests.plan.studies import plan, study

SEE_THE_WORD = {"tagging", "toy_tagging"}


@pytest.mark.parametrize("name", TASKS)
def test_every_task_says_what_its_baseline_answers_and_sees(name: str) -> None:
    found = TASKS[name].baseline
    assert found is not None
    assert found.answer
    assert bool(found.sees) == (name in SEE_THE_WORD)


def test_the_plan_has_it() -> None:
    (task,) = plan_document(plan(study())).tasks
    entry = TASKS[str(task.settings["task.name"])].baseline
    assert task.baseline is not None
    assert entry == Baseline(task.baseline.answer, task.baseline.sees)
