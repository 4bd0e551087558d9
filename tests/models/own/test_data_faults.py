"""Data that are not as their task declares them are refused, kind by kind."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from orchestrator.models.catalogue import TASKS
from orchestrator.models.own.data_faults import data_fault, differ
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.dataset import Dataset, consecutive_splits
from orchestrator.models.tasks.next_word import next_words

SPLITS = consecutive_splits({"train": 2, "validation": 1, "test": 1})
WORDS = torch.tensor([[2, 3, 0], [4, 1, 2], [2, 0, 0], [3, 3, 3]])
TAGS = torch.tensor([[0, 1, -1], [1, 1, 0], [0, -1, -1], [1, 0, 1]])
CLASSES = torch.tensor([0, 1, 2, 0])
TAGGED = Dataset(WORDS, TAGS, SPLITS, TaskShape("words", "tags", 5, 2))
IMAGES = Dataset(torch.rand(4, 1, 2, 3), CLASSES, SPLITS, TaskShape("image", "class", 6, 3))
STEPS = Dataset(torch.rand(4, 7, 2), torch.rand(4, 1), SPLITS, TaskShape("sequence", "value", 2, 1))
SAID = Dataset(WORDS, next_words(WORDS), SPLITS, TaskShape("words", "words", 5, 5))
GOOD = {"toy_tagging": TAGGED, "toy_next_word": SAID, "digits": IMAGES, "adding": STEPS}


def shape(data: Dataset, **changes: Any) -> TaskShape:
    return replace(data.shape, **changes)


@pytest.mark.parametrize("task", GOOD)
def test_good_data_are_good(task: str) -> None:
    assert data_fault(GOOD[task], TASKS[task]) is None


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("toy_tagging", {"inputs": WORDS.float()}, "inputs are torch.float32; words need int64"),
    ("toy_tagging", {"inputs": WORDS + 3}, "words from 3 to 7, but features = 5"),
    ("toy_tagging", {"inputs": WORDS.flip(1)}, "padding, 0, before words"),
    ("toy_tagging", {"inputs": WORDS[:, :2]}, "with 2 steps and 3 tags"),
    ("toy_tagging", {"targets": TAGS + 1}, "targets from 0 to 2, but values = 2"),
    ("toy_tagging", {"targets": TAGS - 1}, "targets from -2 to 0, but values = 2"),
    ("toy_tagging", {"shape": TaskShape("words", "tags", 5, 0)}, "5 features and 0 values"),
    ("toy_next_word", {"targets": SAID.targets[:, :2]}, "with 3 steps and 2 words"),
    ("toy_next_word", {"targets": SAID.targets + 2}, "targets from 1 to 5, but values = 5"),
    ("toy_next_word", {"shape": TaskShape("words", "words", 5, 6)}, "with 6 output words, but 5"),
    ("digits", {"inputs": torch.rand(4, 6)}, r"shape (4, 6); image need (examples, channels"),
    ("digits", {"inputs": torch.rand(4, 1, 3, 3)}, "9 features per example, but its shape says 6"),
    ("digits", {"inputs": IMAGES.inputs.to(torch.uint8)}, "are torch.uint8; image need a float"),
    ("digits", {"targets": CLASSES.float()}, "are torch.float32; class need int64"),
    ("digits", {"targets": CLASSES[:3]}, "with 4 inputs and 3 targets"),
    ("digits", {"targets": CLASSES - 1}, "targets from -1 to 1"),
    ("digits", {"shape": shape(IMAGES, values=1)}, "values = 1"),
    ("digits", {"shape": shape(IMAGES, inputs="features")}, "from features to class, but"),
    ("digits", {"splits": {"train": SPLITS["train"]}}, "with the splits train, not"),
    ("digits", {"splits": {**SPLITS, "test": torch.tensor([], dtype=torch.int64)}}, "or empty"),
    ("digits", {"splits": {**SPLITS, "test": torch.tensor([1])}}, "in two splits"),
    ("digits", {"splits": {**SPLITS, "test": torch.tensor([4])}}, "that are not below 4"),
    ("adding", {"inputs": STEPS.inputs / 0}, "inputs are not all finite"),
    ("adding", {"targets": torch.rand(4)}, "whose targets have the shape (4,)"),
    ("adding", {"targets": torch.rand(4, 2)}, "with 2 values per example, but its shape says 1"),
]


@pytest.mark.parametrize(("task", "changes", "said"), CASES, ids=[case[2] for case in CASES])
def test_data_that_are_not_as_declared(task: str, changes: dict[str, Any], said: str) -> None:
    fault = data_fault(replace(GOOD[task], **changes), TASKS[task])
    assert fault is not None
    assert said in fault


def test_one_sigmoid_output_needs_its_own_loss() -> None:
    binary = replace(IMAGES, targets=CLASSES.clamp(max=1), shape=shape(IMAGES, values=1))
    fault = data_fault(binary, TASKS["digits"])
    assert fault == (
        "returned data with values = 1, which need the loss binary_cross_entropy, not cross_entropy"
    )
    assert data_fault(binary, replace(TASKS["digits"], loss="binary_cross_entropy")) is None


def test_other_data_are_seen() -> None:
    assert not differ(IMAGES, replace(IMAGES, inputs=IMAGES.inputs.clone()))
    assert differ(IMAGES, replace(IMAGES, inputs=IMAGES.inputs + 1))
    assert differ(IMAGES, replace(IMAGES, splits={**SPLITS, "test": SPLITS["validation"]}))
