"""Gradients and activations of every layer, measured on a fixed batch of training examples.

With C the loss and zˡ the pre-activation of layer l (Glorot & Bengio 2010; Nielsen 2015, chapter 5):

    delta        mean over examples of ‖∂C/∂zˡ‖: the vanishing gradient itself
    delta_mean   ‖mean over examples of ∂C/∂zˡ‖: the norm of the bias gradient (Nielsen's)
    weight_grad  ‖∂C/∂Wˡ‖_F: stays flat where δ vanishes, so it never stands alone
    saturation   share of hidden units where the activation is nearly constant

Norms accumulate in float64. An exact zero is kept as 0.0: it is an underflow, or a dead layer.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from models.losses import Loss
from orchestrator.training.stacking import Stack, StackedLinear

SATURATED: dict[type[nn.Module], Callable[[Tensor], Tensor]] = {  # z → units hardly changing
    nn.Sigmoid: lambda z: (z.sigmoid() - 0.5).abs() > 0.45,
    nn.Tanh: lambda z: z.tanh().abs() > 0.95,
    nn.ReLU: lambda z: z <= 0,
    nn.Softplus: lambda z: nn.functional.softplus(z) < 0.05,
}


@dataclass(frozen=True)
class Reading:
    """One quantity of one layer, for all members."""

    site: str  # the layer's name in the model, "hidden.0"
    position: int  # of the layer, counted from the input, 1-based
    quantity: str
    values: Tensor  # (members,), float64


@dataclass
class _Layer:
    site: str
    weight: Tensor  # (members, out, in)
    z: Tensor  # (members, batch, out)
    activation: nn.Module | None = None


@dataclass
class _Trace:
    """Layers in the order in which the forward pass meets them."""

    layers: list[_Layer] = field(default_factory=list)

    def saw_linear(self, site: str, layer: StackedLinear, z: Tensor) -> None:
        self.layers.append(_Layer(site, layer.weight, z))

    def saw_activation(self, activation: nn.Module, z: Tensor) -> None:
        for layer in self.layers:
            if layer.z is z:
                layer.activation = activation


def probe(stack: Stack, loss: Loss, inputs: Tensor, targets: Tensor) -> list[Reading]:
    """Measure every layer of every member; inputs: (members, examples, features)."""
    stack.model.eval()
    with _tracing(stack.model) as trace:
        outputs = stack.model(inputs)
    examples = inputs.shape[1]
    layers = trace.layers
    # The sum over examples gives each example its own, unscaled ∂C/∂z.
    gradients = torch.autograd.grad(
        loss(outputs, targets).sum(),
        [layer.z for layer in layers] + [layer.weight for layer in layers],
    )
    readings = []
    for position, layer in enumerate(layers, start=1):
        delta, weight_grad = gradients[position - 1], gradients[len(layers) + position - 1]
        readings += [
            Reading(layer.site, position, "delta", _norm(delta, 2).mean(1)),
            Reading(layer.site, position, "delta_mean", _norm(delta.double().mean(1), 1)),
            Reading(layer.site, position, "weight_grad", _norm(weight_grad, (1, 2)) / examples),
        ]
        if layer.activation is not None:
            saturated = SATURATED[type(layer.activation)](layer.z.detach())
            readings.append(
                Reading(layer.site, position, "saturation", saturated.double().mean((1, 2)))
            )
    return readings


def _norm(values: Tensor, dim: int | tuple[int, ...]) -> Tensor:
    norm: Tensor = torch.linalg.vector_norm(values, dim=dim, dtype=torch.float64)
    return norm


@contextmanager
def _tracing(model: nn.Module) -> Iterator[_Trace]:
    """Record the pre-activations of the next forward pass."""
    trace = _Trace()
    handles = [
        module.register_forward_hook(_hook(trace, name, module))
        for name, module in model.named_modules()
        if isinstance(module, StackedLinear) or type(module) in SATURATED
    ]
    try:
        yield trace
    finally:
        for handle in handles:
            handle.remove()


def _hook(trace: _Trace, site: str, module: nn.Module) -> Callable[..., None]:
    if isinstance(module, StackedLinear):
        return lambda layer, _, z: trace.saw_linear(site, layer, z)
    return lambda activation, inputs, _: trace.saw_activation(activation, inputs[0])
