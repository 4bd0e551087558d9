"""The size of one split never changes the examples of another; larger splits contain smaller ones.

A law for every task that draws its splits or generates its data.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from orchestrator.models.catalogue import TASKS, resolve
from orchestrator.models.settings import MNIST, FashionMNIST, Sentences, TaskSettings
from orchestrator.models.tasks import mnist
from orchestrator.models.tasks.dataset import Dataset, nested_splits, random_splits
from tests.models.tasks.local import LOCAL, small
from tests.shared_data import MNIST as MNIST_FILES
from tests.shared_data import shared_data

SIZED = [name for name in LOCAL if not issubclass(TASKS[name].settings, Sentences)]
SIZE = st.integers(1, 140)  # of train and validation; more than a block of generated examples
Sized = Callable[[int, int, int], TaskSettings]  # train, validation, test


def load(task: TaskSettings, seed: int) -> Dataset:
    dataset: Dataset = resolve(TASKS[task.name].factory)(task, lambda stream: seed)
    return dataset


def sized(name: str) -> Sized:
    train = "examples" if "examples" in TASKS[name].settings.model_fields else "train_examples"

    def build(trained: int, validated: int, tested: int) -> TaskSettings:
        sizes = {train: trained, "validation_examples": validated, "test_examples": tested}
        return small(name, **sizes)

    return build


def examples(data: Dataset, split: str) -> Tensor:
    """One row per example. Diabetes' inputs are scaled on training: there the rows must do."""
    rows = data.splits[split]
    if data.shape.inputs == "features":
        return torch.cat([rows.unsqueeze(1).float(), data.targets[rows]], 1)
    return torch.cat([part[rows].reshape(len(rows), -1) for part in (data.inputs, data.targets)], 1)


def begins(longer: Tensor, shorter: Tensor) -> bool:
    return torch.equal(longer[: len(shorter)], shorter)


def check_nested(build: Sized, seed: int, few: int, more: int, validated: int) -> None:
    one, other = (load(build(trained, validated, 50), seed) for trained in (few, more))
    for split in ("validation", "test"):
        assert torch.equal(examples(one, split), examples(other, split)), split
    assert begins(examples(other, "train"), examples(one, "train"))
    less = load(build(few, 1, 50), seed)
    assert torch.equal(examples(less, "test"), examples(one, "test"))
    assert torch.equal(examples(less, "train"), examples(one, "train"))
    assert begins(examples(one, "validation"), examples(less, "validation"))
    smaller = load(build(few, validated, 20), seed)
    assert begins(examples(one, "test"), examples(smaller, "test"))
    assert torch.equal(examples(smaller, "train"), examples(one, "train"))


@pytest.mark.parametrize("name", SIZED)
def test_splits_are_nested(name: str) -> None:
    @settings(max_examples=4)
    @given(st.integers(0, 2**63 - 1), SIZE, SIZE, SIZE)
    def law(seed: int, few: int, extra: int, validated: int) -> None:
        check_nested(sized(name), seed, few, min(few + extra, 250), validated)

    law()


@pytest.mark.parametrize("kind", [MNIST, FashionMNIST])
def test_splits_of_downloads_are_nested(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test images as training images too: what is downloaded has this form."""
    paths = [Path(shared_data(MNIST_FILES[key])) for key in ("images", "labels")]
    monkeypatch.setattr(mnist, "fetch", lambda name: (*paths, *paths))

    def build(trained: int, validated: int, tested: int) -> TaskSettings:
        built: TaskSettings = kind(
            train_examples=trained, validation_examples=validated, test_examples=tested
        )
        return built

    for seed in range(3):
        check_nested(build, seed, 50, 1197, 300)


def test_digits_of_50_and_of_1197_training_images_share_their_test_images() -> None:
    """Once no test image was common, and all of the one were training images of the other."""
    few, many = (load(sized("digits")(trained, 300, 300), 0).splits for trained in (50, 1197))
    assert torch.equal(few["test"], many["test"])
    assert not torch.isin(few["test"], many["train"]).any()
    assert torch.isin(few["train"], many["train"]).all()


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.integers(0, 9))
def test_splits_of_one_order_are_disjoint(
    train: int, validation: int, test: int, seed: int
) -> None:
    sizes = {"train": train, "validation": validation, "test": test}
    splits = random_splits(180, sizes, seed)
    assert {split: len(rows) for split, rows in splits.items()} == sizes
    assert len(torch.cat(list(splits.values())).unique()) == train + validation + test


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(ValueError, match=r"splits of .*'test': 4.* examples, but there are 9"):
        nested_splits(torch.arange(9), {"train": 3, "validation": 3, "test": 4})
