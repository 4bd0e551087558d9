"""Metrics by hand."""

import torch

from orchestrator.models.metrics import METRICS, accuracy

GENERATOR = torch.Generator().manual_seed(0)
OUTPUTS = torch.randn(2, 5, 4, dtype=torch.float64, generator=GENERATOR)
SINGLE = torch.randn(2, 5, 1, dtype=torch.float64, generator=GENERATOR)


def test_padding_is_never_right() -> None:
    nothing = torch.full((2, 5), -1)
    assert accuracy(OUTPUTS, nothing).sum() == 0
    assert accuracy(SINGLE, nothing).sum() == 0


def test_accuracy_by_hand() -> None:
    outputs = torch.tensor([[0.1, 0.9], [0.8, 0.2]])
    assert accuracy(outputs, torch.tensor([1, 1])).tolist() == [1.0, 0.0]


def test_accuracy_of_a_single_output_by_hand() -> None:
    outputs = torch.tensor([[0.3], [-0.3], [2.0], [-1.0]])
    assert accuracy(outputs, torch.tensor([1, 1, 0, 0])).tolist() == [1.0, 0.0, 0.0, 1.0]


def test_mse_by_hand() -> None:
    outputs, targets = torch.tensor([[1.0], [3.0]]), torch.tensor([[2.0], [0.0]])
    assert METRICS["value"]["mse"](outputs, targets).tolist() == [1.0, 9.0]
