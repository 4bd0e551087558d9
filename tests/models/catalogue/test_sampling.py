"""What the catalogue says of how replicates get their test examples is what the tasks do."""

from pathlib import Path
from typing import Any

import pytest
import torch

from orchestrator.models.catalogue import TASKS, Sampling, resolve, sampling_of
from orchestrator.models.settings import (
    MNIST,
    Digits,
    NextWord,
    Parity,
    Tagging,
    TaskSettings,
    ToyTagging,
)
from orchestrator.models.tasks.dataset import Dataset
from orchestrator.plan.document import plan_document
from orchestrator.plan.identity import fingerprints
from orchestrator.plan_document import Data
from tests.models.tasks.local import LOCAL, small
from tests.own_code import TASK, own_study, write_module
from tests.plan.studies import plan, study


def load(settings: TaskSettings, seed: int) -> Dataset:
    dataset: Dataset = resolve(TASKS[settings.name].factory)(settings, lambda stream: seed)
    return dataset


def drawn_as(one: Dataset, other: Dataset) -> str:
    """The same rows of one table, other rows of it, or another table."""
    shapes = one.inputs.shape == other.inputs.shape and one.targets.shape == other.targets.shape
    if not (shapes and torch.equal(one.targets, other.targets)):
        return "generated"
    return "fixed" if torch.equal(one.splits["test"], other.splits["test"]) else "resplit"


@pytest.mark.parametrize("name", LOCAL)
@pytest.mark.slow
def test_what_is_said_is_what_two_replicates_get(name: str) -> None:
    settings = small(name)
    one, other = load(settings, 1), load(settings, 2)
    said, found = sampling_of(settings), drawn_as(one, other)
    assert said.sampling == found
    if found == "resplit":
        assert said.pool == len(one.inputs)
    if found != "fixed":
        sizes = {split: len(rows) for split, rows in one.splits.items()}
        assert sizes == {split: getattr(said, f"n_{split}") for split in sizes}


def test_no_built_in_task_is_silent() -> None:
    assert {entry.sampling for entry in TASKS.values()} == {"generated", "resplit", "fixed"}


def test_sizes_come_from_the_settings() -> None:
    assert sampling_of(Digits(train_examples=50)) == Sampling("resplit", 1797, 50, 300, 300)
    assert sampling_of(Parity(examples=7)) == Sampling("generated", None, 7, 1000, 1000)
    assert sampling_of(ToyTagging()) == Sampling("generated", None, 2000, 500, 500)


def test_mnist_has_its_test_images_in_a_pool_of_their_own() -> None:
    """All of them are the same in every replicate, whatever is trained on."""
    assert sampling_of(MNIST()) == Sampling("fixed", None, 50_000, 10_000, 10_000)
    some = MNIST(test_examples=1000)
    assert sampling_of(some) == Sampling("resplit", 10_000, 50_000, 10_000, 1000)


@pytest.mark.parametrize("kind", [Tagging, NextWord])
def test_files_are_fixed_and_only_they_say_how_large(kind: Any) -> None:
    assert sampling_of(kind(treebank="english_ewt")) == Sampling("fixed")


@pytest.mark.parametrize(
    ("declared", "said"), [("", "unknown"), ('sampling="generated", ', "generated")]
)
@pytest.mark.slow
def test_own_tasks_say_it_or_nothing_is_claimed(tmp_path: Path, declared: str, said: str) -> None:
    text = TASK.replace("@orch_task(", f"@orch_task({declared}")
    own = own_study(tmp_path, task=f"{write_module(tmp_path, text)}:load")
    (task,) = plan_document(plan(own, prints=fingerprints(own))).tasks
    assert task.data == Data(said, None, None, None, None)  # type: ignore[arg-type]


def test_plan_json_has_it() -> None:
    (task,) = plan_document(plan(study())).tasks
    assert task.data == Data("resplit", 1797, 1197, 300, 300)
