"""Activation functions against the lecture: their derivatives, and how two are related."""

import pytest
import torch

from orchestrator.models.activations import ACTIVATIONS
from tests.models.derivatives import DERIVATIVES


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_those_of_the_lecture(name: str) -> None:
    x = torch.linspace(-4, 4, 16, dtype=torch.float64, requires_grad=True)  # 0 is not among them
    (slope,) = torch.autograd.grad(ACTIVATIONS[name]()(x).sum(), x)
    torch.testing.assert_close(slope, DERIVATIVES[name](x.detach()))


def test_tanh_is_a_scaled_sigmoid() -> None:
    x = torch.linspace(-4, 4, 9)
    sigmoid, tanh = ACTIVATIONS["sigmoid"](), ACTIVATIONS["tanh"]()
    torch.testing.assert_close(tanh(x), 2 * sigmoid(2 * x) - 1)
