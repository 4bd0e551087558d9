"""Networks against the formulas of the lecture, written out."""

import pytest
import torch
from torch.nn import functional

from models.activations import ACTIVATIONS
from models.networks.mlp import MLP


def test_forward_is_the_lectures_formula() -> None:
    """o(x) = W_oh tanh(W_hx x + b_h) + b_o."""
    net = MLP(5, 3, depth=1, width=4, activation="tanh")
    x = torch.randn(7, 5)
    hidden, output = net.hidden[0], net.output
    expected = torch.tanh(x @ hidden.weight.T + hidden.bias) @ output.weight.T + output.bias
    torch.testing.assert_close(net(x), expected)


def test_depth_0_is_the_log_linear_model() -> None:
    net = MLP(5, 3, depth=0, width=4, activation="tanh")
    x = torch.randn(7, 5)
    torch.testing.assert_close(net(x), functional.linear(x, net.output.weight, net.output.bias))


def test_without_activation_many_layers_are_one() -> None:
    """W₃ W₂ W₁ x = W x: the lecture's reason for activation functions."""
    net = MLP(5, 3, depth=2, width=4, activation="identity", bias=False)
    product = net.output.weight @ net.hidden[1].weight @ net.hidden[0].weight
    x = torch.randn(7, 5)
    torch.testing.assert_close(net(x), x @ product.T)


@pytest.mark.parametrize("depth", [0, 1, 5])
def test_depth_counts_hidden_layers(depth: int) -> None:
    net = MLP(5, 3, depth=depth, width=4, activation="relu")
    assert len(net.hidden) == depth


DERIVATIVES = {
    "sigmoid": lambda x: torch.sigmoid(x) * (1 - torch.sigmoid(x)),
    "tanh": lambda x: 1 - torch.tanh(x) ** 2,
    "relu": lambda x: (x > 0).double(),
    "softplus": torch.sigmoid,
    "identity": torch.ones_like,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_those_of_the_lecture(name: str) -> None:
    x = torch.linspace(-4, 4, 16, dtype=torch.float64, requires_grad=True)  # 0 is not among them
    (slope,) = torch.autograd.grad(ACTIVATIONS[name]()(x).sum(), x)
    torch.testing.assert_close(slope, DERIVATIVES[name](x.detach()))


def test_tanh_is_a_scaled_sigmoid() -> None:
    x = torch.linspace(-4, 4, 9)
    sigmoid, tanh = ACTIVATIONS["sigmoid"](), ACTIVATIONS["tanh"]()
    torch.testing.assert_close(tanh(x), 2 * sigmoid(2 * x) - 1)
