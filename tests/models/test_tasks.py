"""Tasks: real data, disjoint stratified splits that depend on the seed alone."""

import pytest
import torch
from pydantic import ValidationError

from models.catalogue import MODELS, TASKS, data_paths, resolve
from models.settings import Digits, Init, MNIST5k
from models.tasks.dataset import Dataset


def load(settings: Digits | MNIST5k, seed: int = 0) -> Dataset:
    dataset: Dataset = resolve(TASKS[settings.name].factory)(settings, lambda stream: seed)
    return dataset


TASK_SHAPES = [(Digits(), 1797, 64), (MNIST5k(), 5000, 784)]


@pytest.mark.parametrize(("settings", "examples", "features"), TASK_SHAPES)
def test_images_are_the_real_ones(settings: Digits, examples: int, features: int) -> None:
    data = load(settings)
    assert data.inputs.shape == (examples, features)
    assert (data.inputs.min(), data.inputs.max()) == (0, 1)
    assert data.shape.values == len(data.targets.unique()) == 10
    ink = data.inputs[data.targets == 0].mean(0).reshape(int(features**0.5), -1)
    middle = len(ink) // 2
    assert ink[middle, middle] < 0.3 * ink.max(), "a zero is hollow"


@pytest.mark.parametrize(("settings", "examples", "features"), TASK_SHAPES)
def test_splits_are_disjoint_and_of_the_asked_sizes(
    settings: Digits, examples: int, features: int
) -> None:
    splits = load(settings).splits
    assert {name: len(rows) for name, rows in splits.items()} == settings.sizes
    assert len(torch.cat(list(splits.values())).unique()) == sum(settings.sizes.values())


def test_splits_hold_all_classes_in_equal_shares() -> None:
    data = load(MNIST5k(train_examples=1000, validation_examples=500, test_examples=100))
    for rows in data.splits.values():
        assert (data.targets[rows].bincount() == len(rows) // 10).all()


def test_splits_depend_on_the_seed_alone() -> None:
    one, same, other = load(Digits(), 1), load(Digits(), 1), load(Digits(), 2)
    for split in one.splits:
        assert torch.equal(one.splits[split], same.splits[split])
        assert not torch.equal(one.splits[split], other.splits[split])


def test_more_images_than_there_are_is_refused() -> None:
    with pytest.raises(ValidationError, match="asks for 2600 images in all, but there are 1797"):
        Digits(train_examples=2000)


@pytest.mark.parametrize("task", [Digits(), MNIST5k()])
def test_the_files_that_decide_the_data_are_there(task: Digits | MNIST5k) -> None:
    assert all(path.is_file() for path in data_paths(task))


@pytest.mark.parametrize("name", [*MODELS, *TASKS])
def test_catalogue_entries_resolve_and_know_their_names(name: str) -> None:
    entry = MODELS.get(name) or TASKS[name]
    assert callable(resolve(entry.factory))
    assert entry.settings.model_fields["name"].default == name


def test_a_bias_written_out_is_the_bias_left_out() -> None:
    assert Init(scheme="he") == Init(scheme="he", bias=0.0)
    assert Init(scheme="pytorch").bias is None
