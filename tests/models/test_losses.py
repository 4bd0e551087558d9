"""Losses and metrics against torch's own."""

import torch
from torch.nn import functional

from models.losses import LOSSES, cross_entropy, sigmoid_cross_entropy
from models.metrics import accuracy

OUTPUTS = torch.randn(2, 5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
TARGETS = torch.tensor([[0, 1, 2, 3, 0], [3, 3, 2, 1, 0]])


def test_cross_entropy_equals_torchs() -> None:
    expected = functional.cross_entropy(OUTPUTS.flatten(0, 1), TARGETS.flatten(), reduction="none")
    torch.testing.assert_close(cross_entropy(OUTPUTS, TARGETS).flatten(), expected)


def test_sigmoid_cross_entropy_equals_torchs_sum_over_classes() -> None:
    one_hot = functional.one_hot(TARGETS, 4).double()
    expected = functional.binary_cross_entropy_with_logits(OUTPUTS, one_hot, reduction="none")
    torch.testing.assert_close(sigmoid_cross_entropy(OUTPUTS, TARGETS), expected.sum(-1))


def test_output_gradients_are_prediction_minus_target() -> None:
    one_hot = functional.one_hot(TARGETS, 4).double()
    predictions = {"cross_entropy": OUTPUTS.softmax(-1), "sigmoid_cross_entropy": OUTPUTS.sigmoid()}
    for name, prediction in predictions.items():
        outputs = OUTPUTS.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(LOSSES[name](outputs, TARGETS).sum(), outputs)
        torch.testing.assert_close(gradient, prediction - one_hot)


def test_losses_stay_finite_for_large_outputs() -> None:
    for loss in LOSSES.values():
        assert loss(torch.tensor([[1e4, -1e4]]), torch.tensor([1])).item() >= 1e4


def test_accuracy_by_hand() -> None:
    outputs = torch.tensor([[0.1, 0.9], [0.8, 0.2]])
    assert accuracy(outputs, torch.tensor([1, 1])).tolist() == [1.0, 0.0]
