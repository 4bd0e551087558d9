"""The feed-forward network against the formulas of the lecture, written out."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional

from orchestrator.models.activations import OUTPUT_ACTIVATIONS
from orchestrator.models.networks.mlp import MLP
from tests.models.modules import linear_layers


def test_forward_is_the_lectures_formula() -> None:
    """o(x) = W_oh tanh(W_hx x + b_h) + b_o."""
    net = MLP(5, 3, depth=1, width=4, activation="tanh")
    x = torch.randn(7, 5)
    hidden, output = linear_layers(net)
    expected = torch.tanh(x @ hidden.weight.T + hidden.bias) @ output.weight.T + output.bias
    torch.testing.assert_close(net(x), expected)


def test_depth_0_is_the_log_linear_model() -> None:
    net = MLP(5, 3, depth=0, width=4, activation="tanh")
    x = torch.randn(7, 5)
    torch.testing.assert_close(net(x), functional.linear(x, net.output.weight, net.output.bias))


def test_without_activation_many_layers_are_one() -> None:
    """W₃ W₂ W₁ x = W x: the lecture's reason for activation functions."""
    net = MLP(5, 3, depth=2, width=4, activation="identity", bias=False)
    first, second, output = linear_layers(net)
    product = output.weight @ second.weight @ first.weight
    x = torch.randn(7, 5)
    torch.testing.assert_close(net(x), x @ product.T)


@pytest.mark.parametrize("depth", [0, 1, 5])
def test_depth_counts_hidden_layers(depth: int) -> None:
    net = MLP(5, 3, depth=depth, width=4, activation="relu")
    assert len(net.hidden) == depth


OUTPUT_FORMULAS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda x: x,
    "exp": torch.exp,
    "softplus": lambda x: torch.log(1 + torch.exp(x)),
    "sigmoid": lambda x: 1 / (1 + torch.exp(-x)),
}


@pytest.mark.parametrize("name", OUTPUT_ACTIVATIONS)
def test_output_activations_act_on_the_output_alone(name: str) -> None:
    net = MLP(5, 2, depth=1, width=4, activation="tanh", output_activation=name).double()
    x = torch.randn(7, 5, dtype=torch.float64)
    hidden, output = linear_layers(net)
    z = output(torch.tanh(hidden(x)))
    torch.testing.assert_close(net(x), OUTPUT_FORMULAS[name](z))


@pytest.mark.parametrize("name", OUTPUT_ACTIVATIONS)
def test_squared_error_reaches_every_weight_through_the_output_activation(name: str) -> None:
    """The gradient of (y − o)², o = act(net(x)), against finite differences."""
    net = MLP(3, 1, depth=1, width=4, activation="tanh", output_activation=name).double()
    x, y = torch.randn(6, 3, dtype=torch.float64), torch.rand(6, 1, dtype=torch.float64)
    parameters = dict(net.named_parameters())

    def cost(*values: Tensor) -> Tensor:
        outputs: Tensor = functional_call(net, dict(zip(parameters, values, strict=True)), (x,))
        return (y - outputs).square().mean()

    assert torch.autograd.gradcheck(cost, tuple(parameters.values()))


def test_one_sigmoid_is_a_softmax_of_two_classes() -> None:
    """θ = θ₁ − θ₂: the same probabilities, loss and gradients of everything below the output."""
    two = MLP(5, 2, depth=2, width=4, activation="tanh").double()
    one = MLP(5, 1, depth=2, width=4, activation="tanh").double()
    weights = two.state_dict()
    for name in ("output.weight", "output.bias"):
        weights[name] = (weights[name][1] - weights[name][0]).unsqueeze(0)
    one.load_state_dict(weights)
    x, y = torch.randn(9, 5, dtype=torch.float64), torch.arange(9) % 2
    torch.testing.assert_close(one(x).sigmoid().squeeze(1), two(x).softmax(1)[:, 1])

    softmax_loss = functional.cross_entropy(two(x), y)
    sigmoid_loss = functional.binary_cross_entropy(one(x).sigmoid().squeeze(1), y.double())
    torch.testing.assert_close(sigmoid_loss, softmax_loss)
    of_two = torch.autograd.grad(softmax_loss, list(two.hidden.parameters()))
    of_one = torch.autograd.grad(sigmoid_loss, list(one.hidden.parameters()))
    torch.testing.assert_close(of_one, of_two)
