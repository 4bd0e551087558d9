"""What a trial reports, and what is wrong with it."""

import math

import numpy as np
import pytest
import torch

from orchestrator.own_trials.reports import Diverged, Reports

NAMES = ("test/accuracy", "train/loss")


def reports() -> Reports:
    return Reports(NAMES)


def test_the_last_value_of_each_metric_is_final() -> None:
    found = reports()
    found.add({"test/accuracy": 0.5, "train/loss": 3}, 1)
    found.add({"train/loss": 2}, 2)
    assert found.final == {"test/accuracy": 0.5, "train/loss": 2.0}
    assert (found.epochs_done, found.fault(), found.note()) == (2, None, None)


def test_without_an_epoch_a_metric_that_has_a_value_begins_the_next() -> None:
    found = reports()
    for loss in (3.0, 2.0):
        found.add({"train/loss": loss}, None)
        found.add({"test/accuracy": 1 / loss}, None)
    columns = found.columns("t")
    assert list(zip(columns["epoch"], columns["split"], columns["value"], strict=True)) == [
        (1, "test", 1 / 3), (1, "train", 3.0), (2, "test", 0.5), (2, "train", 2.0)
    ]  # fmt: skip


@pytest.mark.parametrize("value", [np.float32(0.5), torch.tensor(0.5), torch.tensor([0.5]), True])
def test_whatever_is_one_number_is_taken(value: float) -> None:
    found = reports()
    found.add({"test/accuracy": value}, 1)
    assert found.final["test/accuracy"] == float(value)


@pytest.mark.parametrize("value", ["0.5", None, [0.5], torch.ones(2)])
def test_what_is_no_number_is_refused_by_name(value: float) -> None:
    with pytest.raises(TypeError, match=r"test/accuracy is reported as .*, not as a number"):
        reports().add({"test/accuracy": value}, 1)


def test_a_metric_is_reported_once_in_an_epoch() -> None:
    found = reports()
    found.add({"train/loss": 1.0}, 3)
    found.add({"test/accuracy": 1.0}, 3)
    with pytest.raises(ValueError, match="train/loss is reported twice in epoch 3"):
        found.add({"train/loss": 1.0}, 3)


@pytest.mark.parametrize("epoch", [-1, 1.5, True, 2**31])
def test_an_epoch_is_a_whole_number(epoch: int) -> None:
    with pytest.raises(ValueError, match="is not a whole number from 0 on"):
        reports().add({"train/loss": 1.0}, epoch)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_declared_metric_that_is_not_finite_ends_the_trial(value: float) -> None:
    found = reports()
    found.add({"train/loss": 1.0}, 1)
    for _ in range(2):  # also where the function goes on
        with pytest.raises(Diverged, match="test/accuracy was not finite in epoch 2"):
            found.add({"test/accuracy": value}, 2)
    assert found.values == {(1, "train/loss"): 1.0}


def test_what_is_not_declared_is_kept_as_a_name_only() -> None:
    found = reports()
    for _ in range(3):
        found.add({"test/acc": math.nan, "train/loss": 1.0}, None)
    assert found.note() == "reported, but not declared in metrics, so not kept: test/acc"
    assert found.fault() == (
        "test/accuracy is declared in metrics, but was never reported; reported, but not "
        "declared: test/acc"
    )


def test_a_trial_that_reports_nothing_says_so() -> None:
    said = "nothing was reported of what the study declares: test/accuracy, train/loss"
    assert reports().fault() == said


def test_reports_are_restored() -> None:
    found, other = reports(), reports()
    found.add({"train/loss": 1.0, "test/accuracy": 0.5}, 4)
    other.restore(found.state())
    other.add({"train/loss": 0.5, "test/accuracy": 0.6}, None)
    assert other.columns("t")["epoch"] == [4, 4, 5, 5]
