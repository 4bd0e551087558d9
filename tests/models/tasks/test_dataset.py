"""Tasks of images and measurements: real data, disjoint splits that depend on the seed alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from sklearn.datasets import load_digits

from orchestrator.models.catalogue import MODELS, TASKS, data_paths, losses, resolve
from orchestrator.models.fit import misfit
from orchestrator.models.losses import LOSSES
from orchestrator.models.metrics import METRICS
from orchestrator.models.settings import (
    Diabetes,
    Digits,
    DigitsPixels,
    DigitsRows,
    Idx,
    Init,
    MNIST5k,
    TaskSettings,
)
from orchestrator.models.tasks.dataset import Dataset, stratified_splits
from tests.shared_data import MNIST, shared_data


def load(settings: TaskSettings, seed: int = 0) -> Dataset:
    dataset: Dataset = resolve(TASKS[settings.name].factory)(settings, lambda stream: seed)
    return dataset


TASK_SHAPES = [(Digits(), 1797, 8), (MNIST5k(), 5000, 28)]


@pytest.mark.parametrize(("settings", "examples", "side"), TASK_SHAPES)
@pytest.mark.slow
def test_images_are_the_real_ones(settings: Digits, examples: int, side: int) -> None:
    data = load(settings)
    assert data.inputs.shape == (examples, 1, side, side)
    assert data.shape.features == side * side
    assert (data.inputs.min().item(), data.inputs.max().item()) == (0, 1)
    assert data.shape.values == len(data.targets.unique()) == 10
    ink = data.inputs[data.targets == 0].mean(0)[0]
    assert ink[side // 2, side // 2] < 0.3 * ink.max(), "a zero is hollow"


def test_digits_are_all_of_scikit_learn() -> None:
    pixels, classes = load_digits(return_X_y=True)
    data = load(Digits())
    assert torch.equal(data.inputs, torch.from_numpy(pixels / 16).float().reshape(-1, 1, 8, 8))
    assert torch.equal(data.targets, torch.from_numpy(classes).long())


@pytest.mark.slow
def test_rows_and_pixels_are_the_same_digits() -> None:
    images, rows, pixels = (load(kind()) for kind in (Digits, DigitsRows, DigitsPixels))
    assert rows.inputs.shape == (1797, 8, 8)
    assert pixels.inputs.shape == (1797, 64, 1)
    torch.testing.assert_close(rows.inputs[:, 2], images.inputs[:, 0, 2], msg="third row")
    torch.testing.assert_close(pixels.inputs[:, 19, 0], images.inputs[:, 0, 2, 3])
    for data in (rows, pixels):
        assert torch.equal(data.targets, images.targets)
        assert torch.equal(data.splits["test"], images.splits["test"])
        assert data.shape.inputs == "sequence"


@pytest.mark.parametrize("settings", [Digits(), DigitsRows(), MNIST5k(), Diabetes()])
def test_splits_are_disjoint_and_of_the_asked_sizes(settings: Digits) -> None:
    splits = load(settings).splits
    assert {name: len(rows) for name, rows in splits.items()} == settings.sizes
    assert len(torch.cat(list(splits.values())).unique()) == sum(settings.sizes.values())


def test_splits_hold_all_classes_in_equal_shares() -> None:
    data = load(MNIST5k(train_examples=1000, validation_examples=500, test_examples=100))
    for rows in data.splits.values():
        assert (data.targets[rows].bincount() == len(rows) // 10).all()


def test_splits_of_uneven_classes_keep_their_shares_to_one_example() -> None:
    targets = torch.tensor([0] * 700 + [1] * 290 + [2] * 9 + [3])
    splits = stratified_splits(targets, {"train": 600, "validation": 300, "test": 99}, seed=5)
    for rows in splits.values():
        shares = targets.bincount() * len(rows) / len(targets)
        assert ((targets[rows].bincount(minlength=4) - shares).abs() <= 1).all()


def test_splits_are_random_within_a_class() -> None:
    """Each example is in a split of 10 % with probability 10 %, independent of its place."""
    targets = torch.arange(100) % 5
    drawn = [stratified_splits(targets, {"train": 10}, seed)["train"] for seed in range(500)]
    counts = torch.cat(drawn).bincount(minlength=100)
    assert counts.min() > 50 - 5 * 6.7
    assert counts.max() < 50 + 5 * 6.7


@pytest.mark.parametrize("kind", [Digits, Diabetes])
def test_splits_depend_on_the_seed_alone(kind: Callable[[], TaskSettings]) -> None:
    one, same, other = load(kind(), 1), load(kind(), 1), load(kind(), 2)
    for split in one.splits:
        assert torch.equal(one.splits[split], same.splits[split])
        assert not torch.equal(one.splits[split], other.splits[split])


def test_more_images_than_there_are_is_refused() -> None:
    with pytest.raises(ValidationError, match="asks for 2600 images in all, but there are 1797"):
        Digits(train_examples=2000)


def test_any_split_that_fits_is_possible() -> None:
    data = load(Digits(train_examples=1, validation_examples=1, test_examples=1794))
    assert [len(rows) for rows in data.splits.values()] == [1, 1, 1794]


def test_image_baselines_are_the_most_frequent_class_of_training() -> None:
    data = load(Digits())
    always = data.targets[data.splits["train"]].mode().values
    guess = (data.targets[data.splits["test"]] == always).double().mean().item()
    assert data.baselines == {"accuracy": pytest.approx(guess)}
    assert load(MNIST5k()).baselines["accuracy"] == pytest.approx(0.1)


def test_diabetes_measurements_are_scaled_on_the_training_split() -> None:
    data = load(Diabetes(), 3)
    train = data.inputs[data.splits["train"]]
    torch.testing.assert_close(train.mean(0), torch.zeros(10), atol=1e-5, rtol=0)
    torch.testing.assert_close(train.std(0, correction=0), torch.ones(10))
    assert not torch.allclose(data.inputs.mean(0), torch.zeros(10), atol=1e-3)
    assert data.targets.shape == (442, 1)
    assert (data.targets.min().item(), data.targets.max().item()) == pytest.approx((0.25, 3.46))


def test_diabetes_baseline_is_beaten_by_linear_regression() -> None:
    """Ordinary least squares explains about half of the variance (Efron et al. 2004)."""
    data = load(Diabetes(), 4)
    (x, y), (x_test, y_test) = (
        (np.c_[np.ones(len(rows)), data.inputs[rows]], data.targets[rows].numpy())
        for rows in (data.splits["train"], data.splits["test"])
    )
    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    error = ((x_test @ weights - y_test) ** 2).mean()
    constant = ((y_test - y.mean()) ** 2).mean()
    assert data.baselines["mse"] == pytest.approx(constant, rel=1e-5)
    assert 0.3 < error / constant < 0.75


def test_idx_reads_the_real_mnist() -> None:
    data = load(
        Idx(
            images=shared_data(MNIST["images"]),
            labels=shared_data(MNIST["labels"]),
            train_examples=7000,
            validation_examples=2000,
            test_examples=1000,
        )
    )
    assert data.inputs.shape == (10_000, 1, 28, 28)
    assert (data.inputs.min().item(), data.inputs.max().item()) == (0, 1)
    assert data.targets[:5].tolist() == [7, 2, 1, 0, 4], "known first labels of t10k"
    assert data.targets.bincount().tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]
    assert data.baselines["accuracy"] == pytest.approx(0.1135, abs=1e-3), "the digit 1"
    assert (data.shape.features, data.shape.values) == (784, 10)


TASKS_WITH_DEFAULTS = [name for name in TASKS if name not in ("idx", "tagging", "next_word")]


@pytest.mark.parametrize("name", TASKS_WITH_DEFAULTS)
def test_the_files_that_decide_the_data_are_there(name: str) -> None:
    paths = data_paths(TASKS[name].settings(name=name))
    assert all(path.is_file() for path in paths)
    assert bool(paths) == (TASKS[name].data_files != ())


@pytest.mark.parametrize("name", [*MODELS, *TASKS])
def test_catalogue_entries_resolve_and_know_their_names(name: str) -> None:
    entry = MODELS.get(name) or TASKS[name]
    assert callable(resolve(entry.factory))
    assert entry.settings.model_fields["name"].default == name


@pytest.mark.parametrize("name", TASKS)
def test_what_the_catalogue_says_of_a_task_exists(name: str) -> None:
    entry = TASKS[name]
    assert set(losses(entry)) <= set(LOSSES)
    can_be_solved = {"solved"} if entry.solved else set()
    reported = {metric.name for metric in entry.metrics}
    assert reported == {"loss", *METRICS[entry.outputs], *can_be_solved}
    assert entry.solved is None or entry.solved.metric in reported - {"solved"}
    fitting = [
        name
        for name, model in MODELS.items()
        if misfit(model.settings(name=name), entry.inputs, entry.outputs) is None
    ]
    assert fitting, "no model can be trained on it"


LOCAL = [name for name in TASKS_WITH_DEFAULTS if name not in ("mnist", "fashion_mnist")]


@pytest.mark.parametrize("name", LOCAL)
def test_every_task_has_the_shape_that_it_declares(name: str) -> None:
    entry = TASKS[name]
    small: dict[str, Any] = {"examples": 50} if "examples" in entry.settings.model_fields else {}
    data = load(entry.settings(name=name, **small))
    assert (data.shape.inputs, data.shape.outputs) == (entry.inputs, entry.outputs)
    assert len(data.inputs) == len(data.targets)
    assert set(data.splits) == {"train", "validation", "test"}
    dimensions = {"features": 2, "image": 4, "sequence": 3, "words": 2}
    assert data.inputs.dim() == dimensions[entry.inputs]
    assert data.inputs.dtype == (torch.long if entry.inputs == "words" else torch.float32)
    assert data.targets.dtype == (torch.float32 if entry.outputs == "value" else torch.long)
    assert data.baselines.keys() <= {metric.name for metric in entry.metrics}
    assert data.baselines, "every task says what the least is"


def test_solved_follows_the_direction_of_its_metric() -> None:
    adding, parity = TASKS["adding"], TASKS["parity"]
    assert (adding.is_solved_by(0.004), adding.is_solved_by(0.006)) == (True, False)
    assert (parity.is_solved_by(0.995), parity.is_solved_by(0.98)) == (True, False)
    assert not TASKS["digits"].is_solved_by(1.0), "nobody said when digits are solved"


def test_a_bias_written_out_is_the_bias_left_out() -> None:
    assert Init(scheme="he") == Init(scheme="he", bias=0.0)
    assert Init(scheme="pytorch").bias is None
