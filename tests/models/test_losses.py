"""Losses against torch's own."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from orchestrator.models.losses import (
    LOSSES,
    Loss,
    binary_cross_entropy,
    cross_entropy,
    sigmoid_cross_entropy,
    squared_error,
)

GENERATOR = torch.Generator().manual_seed(0)
OUTPUTS = torch.randn(2, 5, 4, dtype=torch.float64, generator=GENERATOR)
SINGLE = torch.randn(2, 5, 1, dtype=torch.float64, generator=GENERATOR)
NUMBERS = torch.randn(2, 5, 4, dtype=torch.float64, generator=GENERATOR)
TARGETS = torch.tensor([[0, 1, 2, 3, 0], [3, 3, 2, 1, 0]])
BITS = TARGETS % 2


def test_cross_entropy_equals_torchs() -> None:
    expected = functional.cross_entropy(OUTPUTS.flatten(0, 1), TARGETS.flatten(), reduction="none")
    torch.testing.assert_close(cross_entropy(OUTPUTS, TARGETS).flatten(), expected)


def test_sigmoid_cross_entropy_equals_torchs_sum_over_classes() -> None:
    one_hot = functional.one_hot(TARGETS, 4).double()
    expected = functional.binary_cross_entropy_with_logits(OUTPUTS, one_hot, reduction="none")
    torch.testing.assert_close(sigmoid_cross_entropy(OUTPUTS, TARGETS), expected.sum(-1))


def test_binary_cross_entropy_equals_torchs() -> None:
    expected = functional.binary_cross_entropy_with_logits(
        SINGLE.squeeze(-1), BITS.double(), reduction="none"
    )
    torch.testing.assert_close(binary_cross_entropy(SINGLE, BITS), expected)


def test_binary_cross_entropy_is_the_softmax_of_two_outputs_in_other_parameters() -> None:
    """softmax(a, b)₂ = σ(b − a): only the difference of the two outputs matters."""
    pair = OUTPUTS[..., :2]
    single = (pair[..., 1] - pair[..., 0]).unsqueeze(-1)
    torch.testing.assert_close(binary_cross_entropy(single, BITS), cross_entropy(pair, BITS))


def test_squared_error_equals_torchs() -> None:
    expected = functional.mse_loss(OUTPUTS, NUMBERS, reduction="none").mean(-1)
    torch.testing.assert_close(squared_error(OUTPUTS, NUMBERS), expected)


def test_output_gradients_are_prediction_minus_target() -> None:
    one_hot = functional.one_hot(TARGETS, 4).double()
    gradients = {
        "cross_entropy": (OUTPUTS, TARGETS, OUTPUTS.softmax(-1) - one_hot),
        "sigmoid_cross_entropy": (OUTPUTS, TARGETS, OUTPUTS.sigmoid() - one_hot),
        "binary_cross_entropy": (SINGLE, BITS, SINGLE.sigmoid() - BITS.unsqueeze(-1)),
        "squared_error": (SINGLE, SINGLE.cos(), 2 * (SINGLE - SINGLE.cos())),
    }
    assert set(gradients) == set(LOSSES)
    for name, (given, targets, expected) in gradients.items():
        outputs = given.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(LOSSES[name](outputs, targets).sum(), outputs)
        torch.testing.assert_close(gradient, expected)


def test_losses_stay_finite_for_large_outputs() -> None:
    for name in ("cross_entropy", "sigmoid_cross_entropy"):
        assert LOSSES[name](torch.tensor([[1e4, -1e4]]), torch.tensor([1])).item() >= 1e4
    assert binary_cross_entropy(torch.tensor([[-1e4]]), torch.tensor([1])).item() == 1e4


@pytest.mark.parametrize(
    ("loss", "outputs"),
    [
        (cross_entropy, OUTPUTS),
        (sigmoid_cross_entropy, OUTPUTS),
        (binary_cross_entropy, SINGLE),
    ],
)
def test_padding_is_finite_and_changes_no_other_word(loss: Loss, outputs: Tensor) -> None:
    padded = BITS.clone()
    padded[:, -2:] = -1
    values = loss(outputs, padded)
    assert values.isfinite().all()
    torch.testing.assert_close(values[:, :-2], loss(outputs, BITS)[:, :-2])


def test_a_guess_costs_what_it_should() -> None:
    nothing = torch.zeros(3, 5)
    assert cross_entropy(nothing, torch.tensor([0, 1, 4])).tolist() == pytest.approx(
        [math.log(5)] * 3
    )
