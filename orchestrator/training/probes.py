"""Gradients and activations of every layer, measured on a fixed batch of training examples.

C is the loss, zˡ the pre-activation of layer l (Glorot & Bengio 2010; Nielsen 2015, chapter 5):

    delta        mean over examples of ‖∂C/∂zˡ‖: the vanishing gradient itself
    delta_mean   ‖mean over examples of ∂C/∂zˡ‖: the norm of the bias gradient (Nielsen's)
    weight_grad  ‖∂C/∂Wˡ‖_F: stays flat where δ vanishes, so it never stands alone
    saturation   share of hidden units where the activation is nearly constant

Norms accumulate in float64. An exact zero is kept as 0.0: it is an underflow, or a dead layer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from models.losses import Loss
from orchestrator.training.means import counted
from orchestrator.training.members import Members
from orchestrator.training.tracing import Layer, trace

SATURATED: dict[type[nn.Module], Callable[[Tensor], Tensor]] = {  # z → units hardly changing
    nn.Sigmoid: lambda z: (z.sigmoid() - 0.5).abs() > 0.45,
    nn.Tanh: lambda z: z.tanh().abs() > 0.95,
    nn.ReLU: lambda z: z <= 0,
    nn.Softplus: lambda z: nn.functional.softplus(z) < 0.05,
}


@dataclass(frozen=True)
class Reading:
    """One quantity at one place, for all members."""

    axis: Literal["depth", "time"]
    site: str  # a layer's or a state's name in the model
    position: int  # depth: of the layer from the input, from 1; time: steps from the loss, from 0
    quantity: str
    values: Tensor  # (members,), float64


def probe(members: Members, loss: Loss, inputs: Tensor, targets: Tensor) -> list[Reading]:
    """Measure every layer of every member; inputs: (members, examples, …)."""
    members.model.eval()
    outputs, layers = trace(members, inputs)
    layers = [layer for layer in layers if layer.z.requires_grad]
    values = loss(outputs, targets)
    weights = [members.parameters.get(f"{layer.site}.weight") for layer in layers]
    # The sum over examples gives each example its own, unscaled ∂C/∂z.
    gradients = torch.autograd.grad(
        (values * counted(values, targets)).sum(),
        [layer.z for layer in layers] + [weight for weight in weights if weight is not None],
        allow_unused=True,
        materialize_grads=True,  # 0 where a layer is of no consequence for the loss
    )
    deltas = gradients[: len(layers)]
    weight_gradients = iter(gradients[len(layers) :])
    readings = []
    for position, (layer, delta, weight) in enumerate(zip(layers, deltas, weights, strict=True), 1):
        found = dict(_of_layer(layer, members.lifted(layer.z), members.lifted(delta)))
        if weight is not None:
            gradient = members.lifted(next(weight_gradients))
            found["weight_grad"] = norm(gradient.flatten(1)) / inputs.shape[1]
        if position == len(layers):
            found.pop("saturation", None)  # it is said of hidden units
        readings += [Reading("depth", layer.site, position, *entry) for entry in found.items()]
    return readings


def norm(values: Tensor) -> Tensor:
    """Over the last dimension, accumulated in float64."""
    length: Tensor = torch.linalg.vector_norm(values, dim=-1, dtype=torch.float64)
    return length


def _of_layer(layer: Layer, z: Tensor, delta: Tensor) -> Iterator[tuple[str, Tensor]]:
    """z, delta: (members, batch, …)."""
    yield "delta", norm(delta.flatten(2)).mean(1)
    yield "delta_mean", norm(_per_bias(layer, delta.double()).mean(1))
    if layer.activation is not None:
        saturated = SATURATED[layer.activation](z.detach())
        yield "saturation", saturated.double().flatten(1).mean(1)


def _per_bias(layer: Layer, delta: Tensor) -> Tensor:
    """Summed over the places that share a bias: (members, batch, …) → (members, batch, units)."""
    if layer.is_convolution:  # (members, batch, channels, …)
        return delta.unsqueeze(-1).flatten(3).sum(3)
    return delta.unsqueeze(2).flatten(2, -2).sum(2)  # (members, batch, …, units)
