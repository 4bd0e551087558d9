"""Gradients and activations of every layer, measured on a fixed batch of training examples.

`layer_quantities.py` says what is measured of a layer. Norms accumulate in float64. An exact zero
is kept as 0.0: it is an underflow, or a dead layer.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from models.losses import Loss
from orchestrator.training.layer_quantities import EVERY_LAYER, HIDDEN_LAYERS, Measured
from orchestrator.training.means import counted
from orchestrator.training.members import Members
from orchestrator.training.tracing import Layer, trace
from orchestrator.training.unrolling import is_recurrent

Axis = Literal["depth", "time"]


@dataclass(frozen=True)
class Reading:
    """One quantity at one place, for all members."""

    axis: Axis
    site: str  # a layer's or a state's name in the model
    position: int  # depth: of the layer from the input, from 1; time: steps from the loss, from 0
    quantity: str
    values: Tensor  # (members,), float64


def probe(
    members: Members,
    loss: Loss,
    inputs: Tensor,
    targets: Tensor,
    quantities: Set[str],
    before: Tensor | None = None,
) -> list[Reading]:
    """Measure every layer of every member; inputs: (members, examples, …).

    before: the parameters of all members before the last optimizer step.
    """
    members.model.eval()
    outputs, layers = trace(members, inputs)
    layers = [layer for layer in layers if layer.z.requires_grad]
    if not layers:
        return []  # as of a recurrent net whose output layer is its embedding
    values = loss(outputs, targets)
    measured = list(_measured(members, layers, values, targets, before))
    readings = []
    if "initial" in quantities and measured and not is_recurrent(members.template):
        entering = members.lifted(layers[0].inputs)
        readings += [second_moment("depth", entering, measured[0].real)]
    for position, layer in enumerate(measured, 1):
        kinds = EVERY_LAYER if position == len(layers) else {**EVERY_LAYER, **HIDDEN_LAYERS}
        found = dict(row for name in kinds if name in quantities for row in kinds[name](layer))
        readings += [Reading("depth", layer.site, position, *entry) for entry in found.items()]
    return readings


def second_moment(axis: Axis, entering: Tensor, real: Tensor | None) -> Reading:
    """Mean of x² over what enters the first layer, padding left out; (members, examples, …)."""
    squares = entering.detach().double().square()
    if real is None:
        values = squares.flatten(1).mean(1)
    else:
        per_place = squares.flatten(1, -2).mean(-1)  # (members, places)
        values = (per_place * real).sum(1) / real.sum(1)
    return Reading(axis, "input", 0, "second_moment", values)


def _measured(
    members: Members,
    layers: list[Layer],
    values: Tensor,
    targets: Tensor,
    before: Tensor | None,
) -> Iterator[Measured]:
    """values: losses, (members, examples, …)."""
    names = [f"{layer.site}.weight" for layer in layers]
    weights = [members.parameters[name] for name in names if name in members.parameters]
    # The sum over examples gives each example its own, unscaled ∂C/∂z.
    gradients = torch.autograd.grad(
        (values * counted(values, targets)).sum(),
        [layer.z for layer in layers] + weights,
        allow_unused=True,
        materialize_grads=True,  # 0 where a layer is of no consequence for the loss
    )
    of_weights = iter(gradients[len(layers) :])
    now = members.named(members.flat)
    earlier = {} if before is None else members.named(before)
    for layer, name, delta in zip(layers, names, gradients, strict=False):
        has_weight = name in members.parameters
        z = members.lifted(layer.z).detach()
        yield Measured(
            site=layer.site,
            is_convolution=layer.is_convolution,
            activation=layer.activation,
            z=z,
            delta=members.lifted(delta),
            real=_real(z, targets),
            weight=now.get(name),
            weight_before=earlier.get(name),
            weight_gradient=members.lifted(next(of_weights)) if has_weight else None,
            bias=now.get(f"{layer.site}.bias"),
        )


def _real(z: Tensor, targets: Tensor) -> Tensor | None:
    """(members, cases) of bool: not padding; None where nothing is padded."""
    if targets.dim() == 2 or targets.is_floating_point() or z.shape[:3] != targets.shape:
        return None
    return counted(targets, targets).bool().flatten(1)
