"""Generated sequences: what the papers define, and constant predictors at the known baselines."""

from math import log
from typing import Any, Literal

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from orchestrator.models.catalogue import TASKS, resolve
from orchestrator.models.losses import LOSSES
from orchestrator.models.metrics import accuracy
from orchestrator.models.settings import (
    Adding,
    CopyMemory,
    Latch,
    Parity,
    TaskSettings,
    TemporalOrder,
)
from orchestrator.models.tasks.dataset import Dataset


def load(settings: TaskSettings, seed: int = 0) -> Dataset:
    dataset: Dataset = resolve(TASKS[settings.name].factory)(settings, lambda stream: seed)
    return dataset


def held_out(data: Dataset) -> tuple[Tensor, Tensor]:
    rows = data.splits["test"]
    return data.inputs[rows], data.targets[rows]


def symbols(one_hot: Tensor) -> Tensor:
    assert torch.equal(one_hot.sum(-1), torch.ones(one_hot.shape[:-1])), "one symbol a step"
    return one_hot.argmax(-1)


@pytest.mark.parametrize("length", [2, 3, 20, 51])
def test_adding_is_the_sum_of_the_two_marked_numbers(length: int) -> None:
    inputs, targets = held_out(load(Adding(length=length, examples=1)))
    numbers, marks = inputs[..., 0], inputs[..., 1]
    assert ((numbers >= 0) & (numbers < 1)).all()
    half = length // 2
    assert (marks[:, :half].sum(1) == 1).all(), "one mark in the first half"
    assert (marks[:, half:].sum(1) == 1).all(), "one in the second"
    torch.testing.assert_close(targets.squeeze(1), (numbers * marks).sum(1))


def test_adding_marks_every_place() -> None:
    inputs, _ = held_out(load(Adding(length=20, examples=1)))
    assert (inputs[..., 1].sum(0) > 50).all(), "1,000 marks on 10 places, 100 each"


def test_copy_memory_gives_the_symbols_back_at_the_end() -> None:
    inputs, targets = held_out(load(CopyMemory(length=7, examples=1)))
    given = symbols(inputs)
    blank, begin = 8, 9
    assert given.shape == targets.shape == (1000, 27)
    assert (given[:, :10] < 8).all()
    assert (given[:, 10:16] == blank).all()
    assert (given[:, 16] == begin).all()
    assert (given[:, 17:] == blank).all()
    assert (targets[:, :17] == blank).all()
    assert torch.equal(targets[:, 17:], given[:, :10])
    assert given[:, :10].flatten().bincount().min() > 1250 - 5 * 33, "all symbols are as frequent"


@pytest.mark.parametrize("markers", [2, 3])
def test_temporal_order_is_told_by_the_order_of_x_and_y(markers: Literal[2, 3]) -> None:
    inputs, targets = held_out(load(TemporalOrder(length=100, markers=markers, examples=1)))
    given = symbols(inputs)
    begin, end, x, y = 0, 1, 6, 7
    assert (given[:, 0] == begin).all()
    assert (given[:, -1] == end).all()
    marks = given >= x
    assert (marks.sum(1) == markers).all()
    order = given[marks].view(-1, markers) - x  # in the order of time
    value = (order * 2 ** torch.arange(markers).flip(0)).sum(1)
    assert torch.equal(value, targets)
    places = marks.nonzero()[:, 1].view(-1, markers)
    allowed = {2: [(10, 20), (50, 60)], 3: [(10, 20), (33, 43), (66, 76)]}[markers]
    for place, (low, high) in zip(places.T, allowed, strict=True):
        assert (place.min().item(), place.max().item()) == (low, high - 1)
    assert set(given[:, 1:-1].unique().tolist()) == {2, 3, 4, 5, x, y}


@pytest.mark.parametrize("length", range(10, 31))
@pytest.mark.parametrize("markers", [2, 3])
def test_temporal_order_keeps_its_markers_apart_at_every_length(
    length: int, markers: Literal[2, 3]
) -> None:
    settings = TemporalOrder(
        length=length, markers=markers, examples=1, validation_examples=1, test_examples=200
    )
    given = symbols(load(settings).inputs)
    assert ((given >= 6).sum(1) == markers).all()


def test_parity_by_hand() -> None:
    inputs, targets = held_out(load(Parity(length=9, examples=1)))
    for bits, answers in zip(inputs[:50, :, 0].int().tolist(), targets[:50].tolist(), strict=True):
        assert answers == [sum(bits[: t + 1]) % 2 for t in range(9)]
    assert set(inputs.unique().tolist()) == {0.0, 1.0}


def test_latch_is_decided_by_its_first_steps() -> None:
    inputs, targets = held_out(load(Latch(length=40, signal=3, noise=0.2, examples=1)))
    sequence = inputs.squeeze(2)
    assert torch.equal(sequence[:, :3], (2.0 * targets - 1).unsqueeze(1).expand(-1, 3))
    rest = sequence[:, 3:]
    assert rest.var().item() == pytest.approx(0.2, rel=0.03), "37,000 draws"
    for kind in (0, 1):
        assert rest[targets == kind].mean().item() == pytest.approx(0, abs=0.02), "noise only"


def test_a_signal_longer_than_the_sequence_is_refused() -> None:
    with pytest.raises(ValidationError, match="the signal of 3 steps is longer than the sequence"):
        Latch(length=2)


MANY: dict[str, Any] = {"examples": 1, "validation_examples": 1, "test_examples": 100_000}
CONSTANT: list[tuple[TaskSettings, Tensor]] = [
    (Adding(length=4, **MANY), torch.tensor([1.0])),
    (TemporalOrder(length=10, **MANY), torch.zeros(4)),
    (TemporalOrder(length=10, markers=3, **MANY), torch.zeros(8)),
    (Parity(length=5, **MANY), torch.zeros(1)),
    (Latch(length=4, **MANY), torch.zeros(1)),
]


@pytest.mark.parametrize(("settings", "output"), CONSTANT)
@pytest.mark.slow
def test_the_best_constant_predictor_is_at_the_baseline(
    settings: TaskSettings, output: Tensor
) -> None:
    """Within 1 % of the analytic number, and no better constant is near it."""
    data, loss = load(settings), LOSSES[TASKS[settings.name].loss]
    _, targets = held_out(data)

    def cost(constant: Tensor) -> float:
        shape = targets.shape if data.shape.outputs != "value" else targets.shape[:-1]
        return loss(constant.expand(*shape, -1), targets).mean().item()

    assert cost(output) == pytest.approx(data.baselines["loss"], rel=0.01)
    for push in (-0.3, 0.3):
        moved = output.clone()
        moved[0] += push
        assert cost(moved) > cost(output)


CLASSES: list[TaskSettings] = [
    TemporalOrder(length=10, **MANY),
    Parity(length=5, **MANY),
    Latch(length=4, **MANY),
]


@pytest.mark.parametrize("settings", CLASSES)
@pytest.mark.slow
def test_always_naming_one_class_is_right_as_often_as_the_baseline_says(
    settings: TaskSettings,
) -> None:
    data = load(settings)
    _, targets = held_out(data)
    share = (targets == 0).double().mean().item()
    assert share == pytest.approx(data.baselines["accuracy"], rel=0.02)


@pytest.mark.parametrize(("items", "alphabet"), [(10, 8), (5, 3)])
@pytest.mark.slow
def test_copy_memory_without_memory_is_at_the_baseline(items: int, alphabet: int) -> None:
    """Arjovsky et al. 2016: blanks first, then each symbol with equal probability."""
    sizes = {**MANY, "test_examples": 20_000}
    data = load(CopyMemory(length=30, items=items, symbols=alphabet, **sizes))
    _, targets = held_out(data)
    steps = 30 + 2 * items
    outputs = torch.zeros(steps, alphabet + 1)
    outputs[:-items, alphabet] = 50.0  # certainly blank
    outputs[-items:, alphabet] = -50.0  # certainly none
    guess = outputs.expand(len(targets), -1, -1)
    loss = LOSSES["cross_entropy"](guess, targets).mean().item()
    assert loss == pytest.approx(items * log(alphabet) / steps, rel=0.01)
    assert data.baselines["loss"] == pytest.approx(items * log(alphabet) / steps)
    right = accuracy(guess, targets).mean().item()
    assert right == pytest.approx(data.baselines["accuracy"], rel=0.01)


@pytest.mark.slow
def test_the_published_baselines() -> None:
    assert load(Adding()).baselines["mse"] == pytest.approx(0.1667, abs=5e-5)
    assert load(CopyMemory(length=100)).baselines["loss"] == pytest.approx(10 * log(8) / 120)
    assert load(TemporalOrder()).baselines["loss"] == pytest.approx(1.386, abs=5e-4)
    assert load(Parity()).baselines["accuracy"] == 0.5


def test_solved_copy_memory_is_above_its_baseline_at_usual_lengths() -> None:
    entry = TASKS["copy_memory"]
    sizes = {**MANY, "test_examples": 1}
    for length in (10, 100, 1000, 8000):
        memoryless = load(CopyMemory(length=length, **sizes)).baselines["accuracy"]
        assert not entry.is_solved_by(memoryless)


KINDS = [Adding, CopyMemory, TemporalOrder, Parity, Latch]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_same_seed_same_sequences_other_seed_others(kind: Any) -> None:
    one, same, other = (load(kind(examples=50), seed) for seed in (1, 1, 2))
    assert torch.equal(one.inputs, same.inputs)
    assert torch.equal(one.targets, same.targets)
    assert not torch.equal(one.inputs, other.inputs)


@pytest.mark.parametrize("kind", KINDS)
def test_more_training_sequences_leave_the_other_splits_alone(kind: Any) -> None:
    few, many = load(kind(examples=20)), load(kind(examples=70))
    for split in ("validation", "test"):
        for table in ("inputs", "targets"):
            one, other = (getattr(d, table)[d.splits[split]] for d in (few, many))
            assert torch.equal(one, other)
    assert len(many.splits["train"]) == 70


@pytest.mark.parametrize("kind", KINDS)
def test_no_sequence_is_in_two_splits(kind: Any) -> None:
    data = load(kind(length=40, examples=200))
    rows = torch.cat([data.inputs.flatten(1)[rows] for rows in data.splits.values()])
    assert len(rows.unique(dim=0)) == len(data.inputs)
