"""Tasks of own code in a study: their settings and metrics, and every way they can be wrong."""

import re
from pathlib import Path

import pytest

from tests.own_code import MODEL, TASK, own_study, problems_of, write_module


def test_a_task_has_settings_and_metrics(tmp_path: Path) -> None:
    name = write_module(tmp_path, TASK)
    study = own_study(tmp_path, "mlp", f'"{name}:load"', "task.noise: [0, 0.5]")
    assert study.compare.metric == "test/distance"
    assert [v.settings.flat["task.noise"] for v in study.variants] == [0.0, 0.5]
    assert study.variants[0].loop.training.loss == "squared_error"


def test_a_task_and_a_model_that_do_not_fit(tmp_path: Path) -> None:
    name = write_module(tmp_path, TASK)
    (problem,) = problems_of(tmp_path, model="recurrent", task=f'"{name}:load"')
    assert "recurrent takes sequence or words, not features" in problem.what


TASK_FAULTS = {  # in TASK: old text → new text, and what is said
    "@orch_task(": ("_ = dict(", "does not say what its data are"),
    'inputs="features"': ('inputs="pictures"', "ValueError: inputs 'pictures' is not allowed"),
    'outputs="value",\n': (
        'outputs="value", sampling="sometimes",\n',
        "sampling 'sometimes' is not allowed",
    ),
    'outputs="value"': ('outputs="class"', "from features to value, but declares features to cl"),
    "def load(seed_for, *,": ("def load(*, seed_for,", "must take seed_for first"),
    "return Dataset(": ("return list(", "TypeError"),
    "draws = generator": (
        "return 3; draws = generator",
        "returned int, not an orchestrator.models.tasks.dat",
    ),
    "generator(seed_for": (
        "torch.Generator(); draws.seed(); (seed_for",
        "different data each time",
    ),
    "return Dataset(inputs, targets": ("return Dataset(inputs, targets[:, 0]", "targets have the"),
    '"value", 3, 1': ('"value", 4, 1', "with 3 features per example, but its shape says 4"),
    "torch.randn(60, 3, ": ("torch.zeros(60, 3).log() + torch.randn(60, 3, ", "not all finite"),
    '"test": 10': ('"test": 20', "row numbers in its splits that are not below 60"),
    '"test"': ('"tests"', "with the splits train, validation, tests"),
    "TaskShape(": ("Tsk(", r"raised NameError: name 'Tsk' is not defined \(FILE:20\)"),
}


@pytest.mark.parametrize("old", TASK_FAULTS)
def test_a_broken_task_is_reported_at_its_name(tmp_path: Path, old: str) -> None:
    new, expected = TASK_FAULTS[old]
    assert old in TASK
    name = write_module(tmp_path, TASK.replace(old, new, 1))
    (problem,) = problems_of(tmp_path, task=f'"{name}:load"')
    assert problem.where == f"{tmp_path / 's.yaml'}:2:14"
    expected = expected.replace("FILE", str(tmp_path / f"{name}.py"))
    assert re.search(expected, problem.what), problem.what


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (".abs().mean(-1)", ".abs().mean()", r"metric distance of .* gives \(\), not \(32,\)"),
        (".abs().mean(-1)", ".abs().mean(1)", "differs for two networks at once"),
        (".abs().mean(-1)", ".absolut()", r"raised AttributeError.* in the metric distance"),
        ('"distance", distance', '"mse", distance', "'mse' cannot be the name of an own metric"),
        ('"minimize"', '"least"', "direction 'least' is not allowed: maximize, minimize"),
        ('Solved("distance"', 'Solved("distanz"', "solved.metric 'distanz' is not allowed"),
    ],
)
def test_a_broken_metric_is_reported(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in TASK
    name = write_module(tmp_path, TASK.replace(old, new, 1))
    (problem,) = problems_of(tmp_path, task=f'"{name}:load"')
    assert problem.what.startswith("task.name: ")
    assert re.search(expected, problem.what), problem.what


def test_a_model_in_place_of_a_task_and_the_reverse(tmp_path: Path) -> None:
    task, model = write_module(tmp_path, TASK), write_module(tmp_path, MODEL)
    (problem,) = problems_of(tmp_path, task=f'"{model}:build"')
    assert "must take seed_for first" in problem.what or "does not say" in problem.what
    (problem,) = problems_of(tmp_path, model=f'"{task}:load"')
    assert "must take inputs and outputs first" in problem.what
