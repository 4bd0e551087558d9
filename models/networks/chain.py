"""One neuron per layer: why the gradient of the first layers vanishes.

The lecture's example of five layers (Nielsen 2015, chapter 5), with zₗ = wₗ aₗ₋₁ + bₗ, aₗ = σ(zₗ):

    ∂C/∂b₁ = σ'(z₁) · w₂ · σ'(z₂) · w₃ · σ'(z₃) · w₄ · σ'(z₄) · ∂C/∂a₄

Every layer multiplies the gradient by w σ'(z); with |w| ≤ 1 that is at most ¼.
"""

from itertools import pairwise

from torch import Tensor, nn

from orchestrator.models.activations import ACTIVATIONS


class Chain(nn.Module):
    """`depth` neurons in a row; the first sees all inputs, a linear output layer reads the last.

    Its five layers in the lecture are the input, three hidden neurons and the output neuron a₄:
    depth 4. C, as a function of a₄, here includes the linear layer that makes `outputs` of it.
    """

    def __init__(self, inputs: int, outputs: int, *, depth: int, activation: str) -> None:
        super().__init__()
        sizes = [inputs] + [1] * depth
        self.neurons = nn.ModuleList(nn.Linear(m, n) for m, n in pairwise(sizes))
        self.activation = ACTIVATIONS[activation]()
        self.output = nn.Linear(1, outputs)

    def forward(self, features: Tensor) -> Tensor:  # (batch, inputs)
        for neuron in self.neurons:
            features = self.activation(neuron(features))  # aₗ = σ(wₗ aₗ₋₁ + bₗ), (batch, 1)
        outputs: Tensor = self.output(features)
        return outputs  # (batch, outputs)
