"""Networks against the formulas of the lecture, written out."""

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional

from orchestrator.models.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from orchestrator.models.networks.chain import Chain
from orchestrator.models.networks.log_linear import LogLinear
from orchestrator.models.networks.mlp import MLP
from tests.models.modules import linear, linear_layers


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


DERIVATIVES: dict[str, Callable[[Tensor], Tensor]] = {
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


def test_log_linear_is_the_lectures_formula() -> None:
    """c_k = softmax(Σ θ_ki f_i)."""
    net = LogLinear(5, 3, bias=False)
    f, theta = torch.randn(7, 5), net.output.weight
    scores = torch.stack([(theta[k] * f).sum(1) for k in range(3)], dim=1)
    torch.testing.assert_close(net(f).softmax(1), scores.exp() / scores.exp().sum(1, keepdim=True))


def test_log_linear_is_an_mlp_of_depth_0() -> None:
    net, mlp = LogLinear(5, 3), MLP(5, 3, depth=0, width=4, activation="tanh")
    net.load_state_dict(mlp.state_dict())
    f = torch.randn(7, 5)
    torch.testing.assert_close(net(f), mlp(f))


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


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus"])
@pytest.mark.parametrize("seed", range(3))
def test_chain_has_the_gradient_of_the_lecture(activation: str, seed: int) -> None:
    """∂C/∂b₁ = σ'(z₁) w₂ σ'(z₂) w₃ σ'(z₃) w₄ σ'(z₄) ∂C/∂a₄, z and a computed by hand."""
    torch.manual_seed(seed)
    net = Chain(1, 1, depth=4, activation=activation)
    act, slope = ACTIVATIONS[activation](), DERIVATIVES[activation]
    neurons = [linear(net, f"neurons.{number}") for number in range(4)]
    w = [neuron.weight.item() for neuron in neurons]
    b = [neuron.bias.item() for neuron in neurons]
    a, z = torch.tensor(0.7), []
    for layer in range(4):
        z.append(w[layer] * a + b[layer])
        a = act(z[layer])
    a.requires_grad_()
    (by_a4,) = torch.autograd.grad((0.3 - net.output(a.view(1, 1))).square().sum(), a)
    slopes = [slope(z[layer]) for layer in range(4)]
    product = slopes[0] * w[1] * slopes[1] * w[2] * slopes[2] * w[3] * slopes[3] * by_a4

    cost = (0.3 - net(torch.tensor([[0.7]]))).square().sum()
    (by_b1,) = torch.autograd.grad(cost, neurons[0].bias)
    assert by_b1.item() == pytest.approx(product.item(), rel=1e-5, abs=1e-6)
    assert abs(by_b1.item()) > 1e-6 or activation == "sigmoid", "the formula says more than 0 = 0"


def test_each_sigmoid_neuron_takes_three_quarters_of_the_gradient_or_more() -> None:
    """|w| ≤ 1, so |w σ'(z)| ≤ ¼ a layer: the lecture's bound, reached where w = 1 and z = 0."""
    net = Chain(1, 1, depth=8, activation="sigmoid").double()
    neurons = [linear(net, f"neurons.{number}") for number in range(8)]
    with torch.no_grad():
        for neuron in neurons:
            neuron.weight.fill_(1)
            neuron.bias.fill_(-0.5)  # σ(0) − ½ = 0: every z is 0 but the first
    biases = [neuron.bias for neuron in neurons]
    gradients = torch.autograd.grad(net(torch.tensor([[0.5]]).double()).sum(), biases)
    ratios = [(a / b).item() for a, b in pairwise(gradients)]
    assert ratios == pytest.approx([0.25] * 7)


def test_chain_reads_all_inputs_and_gives_all_outputs() -> None:
    net = Chain(64, 10, depth=3, activation="tanh")
    assert net(torch.randn(5, 64)).shape == (5, 10)
    assert [p.numel() for n, p in net.neurons.named_parameters() if "weight" in n] == [64, 1, 1]
