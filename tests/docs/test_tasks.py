"""docs/tasks.md names every task and every setting, with its default and its choices."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from orchestrator.models.catalogue import TASKS
from orchestrator.models.settings import TaskSettings

COMMON = ("name", "augment")
PAGE = (Path(__file__).parents[2] / "docs" / "tasks.md").read_text()
PARTS = [part.partition("\n") for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]]
SECTIONS = {name: text for heading, _, text in PARTS for name in heading.split(", ")}
OVERVIEW = re.findall(
    r"^\| (`.*) \| (\w+) \| (\w+) \| `(\w+)` \| (\w+) \| .* \| (.*) \|$", PAGE, re.M
)


def settings(task: str) -> dict[str, Any]:
    fields = TASKS[task].settings.model_fields
    return {name: field for name, field in fields.items() if name not in COMMON}


def test_what_all_tasks_have_is_said_once() -> None:
    assert "every task has the setting `augment` (default null)" in PAGE
    assert set(TaskSettings.model_fields) == set(COMMON)


def spelled(field: Any) -> str:
    if field.is_required():
        return "required"
    return field.default if isinstance(field.default, str) else json.dumps(field.default)


@pytest.mark.parametrize("task", TASKS)
def test_a_tasks_table_has_its_settings_with_their_defaults(task: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| .+ \|$", SECTIONS[task], re.MULTILINE)
    assert dict(rows) == {name: spelled(field) for name, field in settings(task).items()}
    assert len(rows) == len(settings(task))


@pytest.mark.parametrize("task", TASKS)
def test_every_choice_is_mentioned(task: str) -> None:
    choices = re.findall(
        r"Literal\[([^\]]+)\]", str({n: f.annotation for n, f in settings(task).items()})
    )
    for choice in ", ".join(choices).split(", "):
        assert f"`{choice.strip(chr(39))}`" in SECTIONS[task] or not choice, choice


def test_the_overview_says_what_the_catalogue_says() -> None:
    found: dict[str, list[str]] = {}
    for names, *entry in OVERVIEW:
        found |= dict.fromkeys(re.findall(r"`(\w+)`", names), entry)
    assert set(found) == set(TASKS)
    for name, (inputs, outputs, loss, metric, solved) in found.items():
        task = TASKS[name]
        said = (task.inputs, task.outputs, task.loss, task.metrics[0].name)
        assert (inputs, outputs, loss, metric) == said, name
        rule = re.fullmatch(r"(\w+) [≤≥] (\S+)", solved)
        assert (task.solved is None) == (rule is None), name
        if task.solved is not None and rule is not None:
            assert (rule[1], float(rule[2])) == (task.solved.metric, task.solved.threshold)
