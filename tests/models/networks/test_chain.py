"""The chain of neurons: the lecture's example of the vanishing gradient."""

from itertools import pairwise

import pytest
import torch

from orchestrator.models.activations import ACTIVATIONS
from orchestrator.models.networks.chain import Chain
from tests.models.derivatives import DERIVATIVES
from tests.models.modules import linear


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
