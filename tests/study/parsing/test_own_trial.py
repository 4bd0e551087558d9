"""`trial` and `metrics`: what is read, and what is refused."""

import pickle
from pathlib import Path

import pytest

from orchestrator.study.load import Overrides
from orchestrator.study.records import OwnSettings
from tests.own_trials.studies import METRICS, REST, TRAIN, own_study, problems, study_text

ONE = "def train(trial, *, warmup: int = 0):\n    pass\n"


def settings_of(folder: Path) -> OwnSettings:
    settings = own_study(folder).variants[1].settings
    assert isinstance(settings, OwnSettings)
    return settings


def test_the_parameters_of_the_function_are_settings(tmp_path: Path) -> None:
    study = own_study(tmp_path, lr=1)
    assert [variant.label for variant in study.variants] == ["warmup=0", "warmup=100"]
    flat = study.variants[1].settings.flat
    assert {path: flat[path] for path in list(flat)[1:]} == {
        "trial.warmup": 100, "trial.lr": 1.0, "trial.epochs": 3
    } or flat["trial.lr"] == 1.0  # fmt: skip
    assert type(flat["trial.lr"]) is float
    assert study.compare.metric == "test/accuracy"
    assert not study.loops


def test_settings_reach_another_process(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    again = pickle.loads(pickle.dumps(settings))
    assert again == settings
    assert again.flat == settings.flat


def test_metrics_have_direction_and_unit_and_what_they_mean(tmp_path: Path) -> None:
    rest = "metrics: {eval/steps: {direction: minimize, unit: steps, meaning: to the goal}}\n"
    study = own_study(tmp_path, TRAIN, rest + REST)
    (metric,) = study.variants[0].settings.metrics
    assert (metric.name, metric.direction, metric.unit) == ("steps", "minimize", "steps")
    assert (metric.meaning, study.compare.metric) == ("to the goal", "eval/steps")


def test_two_functions_are_a_factor(tmp_path: Path) -> None:
    text = f"{TRAIN}\n\ndef other(trial, *, warmup: int = 0, momentum: float = 0.9):\n    pass\n"
    rest = METRICS + 'factors: {trial.function: ["{name}:train", "{name}:other"]}\n'
    study = own_study(tmp_path, text, rest, lr=0.2)
    first, second = (variant.settings.flat for variant in study.variants)
    assert first["trial.lr"] == 0.2  # a fixed setting applies where the function has it
    assert "trial.lr" not in second
    assert second["trial.momentum"] == 0.9


def test_settings_are_tuned_by_a_validation_metric(tmp_path: Path) -> None:
    rest = (
        "metrics:\n  test/loss: {direction: minimize, unit: nat}\n"
        "  validation/loss: {direction: minimize, unit: nat}\n"
        "tune: {trial.lr: {log_uniform: [0.01, 1]}, points: 2}\n"
    )
    study = own_study(tmp_path, TRAIN, rest + REST)
    assert study.tune
    assert study.tune.select == "validation/loss"


def test_a_flag_sets_a_setting(tmp_path: Path) -> None:
    study = own_study(tmp_path, overrides=Overrides(set=("trial.lr=2",), only=("trial.warmup=0",)))
    assert [variant.settings.flat["trial.lr"] for variant in study.variants] == [2.0]


LISTED = METRICS + REST
BAD = [
    ("factors: {trial.warmpu: [0, 1]}\n", "trial.warmpu: no setting has this path", "'trial.warmu"),
    ("factors: {trial.warmup: [0, many]}\n", "'many' is not allowed", "a whole number"),
    (f"task: {{name: digits}}\n{REST}", "task: cannot be combined with `trial`", "remove task"),
    (f"probes: off\n{REST}", "probes: cannot be combined with `trial`", "remove probes"),
    (f"keep: {{answers: off}}\n{REST}", "keep: cannot be combined", "remove keep"),
    (f"resources: {{workers: 2}}\n{REST}", "a trial of your own runs in one", "leave it out"),
    (f"compare: {{metric: test/acuracy}}\n{REST}", "is not a metric of m", "test/accuracy"),
    (f"compare: {{metric: gradient/decay}}\n{REST}", "is not a metric of m", "gradient/"),
    (f"tune: {{trial.lr: {{uniform: [0, 1]}}}}\n{REST}", "declares none", "validation/"),
    (f"metrics: {{}}\n{REST}", "declares no metric", "test/accuracy: {direction"),
    (f"metrics: {{accuracy: {{direction: maximize, unit: share}}}}\n{REST}",
     "is not the name of a metric on a split", "such as test/accuracy"),
    (f"metrics: {{test/solved: {{direction: maximize, unit: share}}}}\n{REST}",
     "a name with a meaning of", ""),
    (f"metrics: {{test/loss: {{unit: nat}}}}\n{REST}", "the direction is missing", "maximize, min"),
    (f"metrics: {{test/loss: {{direction: minimize}}}}\n{REST}", "the unit is missing", "share"),
    (f"metrics: {{test/loss: {{direction: down, unit: nat}}}}\n{REST}", "'down' is not", ""),
    (f"metrics: {{test/loss: minimize}}\n{REST}", "'minimize' is not a mapping", "direction"),
    ("metrics: {test/loss: {direction: minimize, unit: nat}, train/loss: {direction: minimize, "
     f"unit: bit}}}}\n{REST}", "has another direction or unit than", "another name"),
]  # fmt: skip


@pytest.mark.parametrize(("rest", "what", "cure"), BAD, ids=[what[:30] for _, what, _ in BAD])
def test_what_is_wrong_is_said_at_its_place(
    tmp_path: Path, rest: str, what: str, cure: str
) -> None:
    found = problems(tmp_path, study_text(tmp_path, TRAIN, rest))
    assert len(found) == 1, found
    assert what in found[0].what
    assert cure in f"{found[0].allowed} {found[0].cure}"
    assert f"{tmp_path}/own.yaml:" in found[0].where


CODE = [
    ("def train(trial, *, warmup=None):\n    pass\n", "is annotated with nothing"),
    ("def train(trial, *, lr: float, warmup: int = 0):\n    pass\n", "the setting has no default"),
    ("def train():\n    pass\n", "must take trial first"),
    ("def train(trial, **more):\n    pass\n", "orch cannot know its name and type"),
    ("def trian(trial):\n    pass\n", "has no train"),
    ("class train:\n    pass\n", "is a class"),
    ("async def train(trial):\n    pass\n", "is a coroutine"),
    ("import nothing_here\n", "cannot be imported: ModuleNotFoundError"),
    ("def train(trial, *, warmup: int = 'x'):\n    pass\n", "the default 'x' of warmup"),
]


@pytest.mark.parametrize(("code", "what"), CODE, ids=[what[:20] for _, what in CODE])
def test_a_function_that_cannot_be_a_trial_is_refused(tmp_path: Path, code: str, what: str) -> None:
    found = problems(tmp_path, study_text(tmp_path, code))
    assert any(what in each.what for each in found), found


NAMES = [
    ("trial: {epochs: 3}", "it names no function"),
    ("trial: {function: my_training.train}", "names no function"),
    ("trial: 3", "3 is not a mapping"),
]


@pytest.mark.parametrize(("trial", "what"), NAMES)
def test_a_trial_needs_a_function(tmp_path: Path, trial: str, what: str) -> None:
    text = f"study: own\n{trial}\n{METRICS}{REST}"
    assert any(what in each.what for each in problems(tmp_path, text))


def test_metrics_belong_to_own_trials(tmp_path: Path) -> None:
    text = (
        "study: s\ntask: {name: digits}\nmodel: {name: mlp}\n"
        f"{METRICS}factors: {{model.activation: [tanh, relu]}}\n"
    )
    (problem,) = problems(tmp_path, text)
    assert "a task has its own metrics" in problem.what


def test_a_study_needs_a_task_or_a_trial(tmp_path: Path) -> None:
    whats = [each.what for each in problems(tmp_path, "study: s\nfactors: {model.depth: [1]}\n")]
    assert any("'task' is missing" in what for what in whats)


def test_nothing_is_run_by_a_check(tmp_path: Path) -> None:
    own_study(tmp_path, "def train(trial, *, warmup: int = 0):\n    raise SystemExit(1)\n")
