"""The feed-forward network of the lecture: h = act(W e + b), layer upon layer."""

from itertools import pairwise

from torch import Tensor, nn

from orchestrator.models.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS


class MLP(nn.Module):
    """`depth` hidden layers of `width` neurons, then a linear output layer.

    Classes: the softmax of the output belongs to the loss, as does the sigmoid of a single output
    for two classes. Values: o = act(z) with the `output_activation`, for instance o = eᶻ.
    With depth 0 this is the log-linear model: softmax(Σ θ f).
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        depth: int,
        width: int,
        activation: str,
        output_activation: str = "identity",
        bias: bool = True,
    ) -> None:
        super().__init__()
        sizes = [inputs] + [width] * depth
        self.hidden = nn.ModuleList(nn.Linear(m, n, bias=bias) for m, n in pairwise(sizes))
        self.activation = ACTIVATIONS[activation]()
        self.output = nn.Linear(sizes[-1], outputs, bias=bias)
        self.output_activation = OUTPUT_ACTIVATIONS[output_activation]()

    def forward(self, features: Tensor) -> Tensor:  # (…, inputs)
        for layer in self.hidden:
            features = self.activation(layer(features))  # aˡ = act(zˡ), zˡ = Wˡ aˡ⁻¹ + bˡ
        outputs: Tensor = self.output_activation(self.output(features))
        return outputs  # (…, outputs)
