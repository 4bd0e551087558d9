"""Words of the field lead to the settings that they mean here."""

import pytest

from orchestrator.models.catalogue import MODELS
from orchestrator.study.parsing import field_words
from orchestrator.study.parsing.keys import CompareKeys, StudyFile, TuneKeys
from orchestrator.study.parsing.overrides import Overrides
from orchestrator.study.parsing.setting_paths import settings_in
from orchestrator.study.settings import Resources, Training
from tests.study.texts import SMALL, problems, with_line

RECURRENT = SMALL.replace("name: digits", "name: digits_rows").replace(
    "{name: mlp, depth: 2, init: {scheme: normal}}", "{name: recurrent, KEY: 2}"
)


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("lr", "learning_rate"), ("LR", "learning_rate"), ("batch", "batch_size"),
        ("num_epochs", "epochs"), ("optim", "optimizer"), ("patience", "early_stopping"),
        ("max_grad_norm", "clip_norm"), ("l2", "weight_decay"), ("scheduler", "schedule"),
    ],
)  # fmt: skip
def test_training(key: str, ours: str) -> None:
    (problem,) = problems(SMALL.replace("{epochs: 3}", f"{{{key}: 3}}"))
    assert problem.cure == f"did you mean {ours!r}?"


@pytest.mark.parametrize("key", ["hidden_size", "hidden_dim", "n_hidden", "units"])
def test_the_width_has_the_name_that_the_model_gives_it(key: str) -> None:
    assert problems(SMALL.replace("depth: 2", f"{key}: 2"))[0].cure == "did you mean 'width'?"
    assert problems(RECURRENT.replace("KEY", key))[0].cure == "did you mean 'hidden'?"


@pytest.mark.parametrize("key", ["n_layers", "num_layers"])
def test_and_so_has_the_depth(key: str) -> None:
    assert problems(SMALL.replace("depth: 2", f"{key}: 2"))[0].cure == "did you mean 'depth'?"
    assert problems(RECURRENT.replace("KEY", key))[0].cure == "did you mean 'layers'?"


@pytest.mark.parametrize("key", ["seeds", "n_seeds", "runs", "repeats"])
def test_seeds_are_replicates(key: str) -> None:
    (problem,) = problems(SMALL.replace("replicates", key))
    assert problem.cure == "did you mean 'replicates'?"


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("lr: 0.1", "it belongs in training: write training: {learning_rate: …}"),
        ("metric: test/accuracy", "it belongs in compare: write compare: {metric: …}"),
        ("n_trials: 3", "it belongs in tune: write tune: {points: …}"),
    ],
)
def test_at_the_wrong_place(line: str, cure: str) -> None:
    assert [problem.cure for problem in problems(SMALL + line + "\n")] == [cure]


def test_a_word_for_a_section_does_not_leave_it_missing_too() -> None:
    """One mistake, one problem."""
    (problem,) = problems(SMALL.replace("task:", "dataset:"))
    assert problem.cure == "did you mean 'task'?"


def test_factors_and_flags() -> None:
    (problem,) = problems(SMALL.replace("model.init.scale", "training.lr"))
    assert problem.cure == "did you mean 'training.learning_rate'?"
    (problem,) = problems(SMALL, Overrides(set=("lr=0.1",)))
    assert problem.cure == "did you mean training.learning_rate?"


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("lstm", "write name: recurrent, cell: lstm; for a model of your own write"),
        ("BiGRU", "write name: recurrent, cell: gru, bidirectional: true; for a model"),
        ("cnn", "did you mean 'convnet'?; for a model of your own write"),
        ("transformer", "for a model of your own write package.module:function, see docs/own-mo"),
    ],
)
def test_names_of_models(name: str, cure: str) -> None:
    line = f"model: {{name: {name}}}"
    assert problems(with_line(line))[0].cure.startswith(cure)


@pytest.mark.parametrize("name", ["cifar10", "imagenet", "imdb"])
def test_a_task_that_is_not_shipped_leads_to_tasks_of_your_own(name: str) -> None:
    problem = problems(with_line(f"task: {{name: {name}}}"))[0]
    assert "for a task of your own write package.module:function" in problem.cure
    assert "docs/tasks.md" in problem.cure


def test_every_path_is_a_setting() -> None:
    known = {*StudyFile.model_fields, *settings_in(CompareKeys, "compare")}
    known |= {*settings_in(Training, "training"), *settings_in(Resources, "resources")}
    known |= {f"tune.{name}" for name in TuneKeys.model_fields} | {
        "training.schedule",
        "task.augment",
    }
    for entry in MODELS.values():
        known |= {*settings_in(entry.settings, "model")}
    paths = {path for paths in field_words._SETTINGS for path in paths.split()}
    assert paths <= known


def test_no_word_is_there_twice() -> None:
    for paths, words in field_words._SETTINGS.items():
        assert len(set(words.split())) == len(words.split()), paths
