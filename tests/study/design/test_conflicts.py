"""What a study of the lecture's tasks may say together."""

from pathlib import Path

import pytest

from orchestrator.errors import InputError
from orchestrator.study.load import parse_study
from orchestrator.study.records import Study


def study(task: str, model: str, training: str = "epochs: 1") -> Study:
    text = f"""
study: example
question: Does it fit?
task: {{{task}}}
model: {{{model}}}
training: {{{training}}}
factors: {{training.learning_rate: [0.1, 0.2]}}
"""
    return parse_study(text, Path("example.yaml"))


@pytest.mark.parametrize(
    ("task", "model"),
    [
        ("name: digits", "name: mlp"),
        ("name: digits", "name: convnet"),
        ("name: adding, length: 100", "name: recurrent, cell: lstm"),
        ("name: toy_tagging, distance: 12", "name: window_tagger"),
        ("name: tagging, train: a, validation: b, test: c", "name: recurrent"),
        ("name: tagging, treebank: english_ewt, lowercase: true", "name: recurrent"),
        ("name: diabetes", "name: mlp, output_activation: exp"),
    ],
)
def test_tasks_meet_their_models(task: str, model: str) -> None:
    assert len(study(task, model).variants) == 2


def test_a_model_that_cannot_take_the_task_is_refused_with_the_pair_named() -> None:
    with pytest.raises(InputError, match=r"mlp takes features, not sequence: choose recurrent"):
        study("name: adding", "name: mlp")


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "squared_error"])
def test_a_loss_that_does_not_go_with_the_task_is_refused(loss: str) -> None:
    message = f"{loss} is not a loss for digits: choose cross_entropy, sigmoid_cross_entropy"
    with pytest.raises(InputError, match=message):
        study("name: digits", "name: mlp", f"loss: {loss}")


def test_the_loss_of_the_task_may_be_written_out() -> None:
    variants = study("name: parity", "name: recurrent", "loss: binary_cross_entropy").variants
    assert variants[0].loop.training.loss == "binary_cross_entropy"


def test_an_idx_task_needs_its_files_and_sizes() -> None:
    with pytest.raises(InputError, match=r"task\.images: a value is required"):
        study("name: idx", "name: mlp")


def test_a_tagging_task_without_files_says_which_are_missing() -> None:
    with pytest.raises(InputError, match="no file for validation, test; name them all"):
        study("name: tagging, train: a.conllu", "name: recurrent")
