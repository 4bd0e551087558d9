"""Gradients and activations of every layer, measured on a fixed batch of training examples.

`layer_quantities.py` says what is measured of a layer. Norms accumulate in float64. An exact zero
is kept as 0.0: it is an underflow, or a dead layer.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

from orchestrator.models.losses import Loss
from orchestrator.models.networks.recurrent_layer import before_end
from orchestrator.models.sentences import sentence_lengths
from orchestrator.training.masked_means import counted
from orchestrator.training.probes.quantities import EVERY_LAYER, HIDDEN_LAYERS, Measured, Rows
from orchestrator.training.probes.tracing import Layer, trace
from orchestrator.training.probes.unrolling import is_recurrent
from orchestrator.training.stacking.members import Members, Single, single

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
    if is_recurrent(members.template) and not isinstance(members.model, Single):
        return _one_by_one(members, loss, inputs, targets, quantities, before)
    members.model.eval()
    outputs, layers = trace(members, inputs)
    layers = [layer for layer in layers if layer.z.requires_grad]
    if not layers:
        return []  # as of a recurrent net whose output layer is its embedding
    values = loss(outputs, targets)
    measured = list(_measured(members, layers, values, targets, before, inputs))
    readings = []
    if "initial" in quantities and measured and not is_recurrent(members.template):
        entering = members.lifted(layers[0].inputs)
        readings += [second_moment("depth", entering, measured[0].real)]
    places = _positions(layers)
    for position, layer, known in zip(places, measured, layers, strict=True):
        kinds = _kinds(known, is_last=position == places[-1])
        found = dict(row for name in kinds if name in quantities for row in kinds[name](layer))
        readings += [Reading("depth", layer.site, position, *entry) for entry in found.items()]
    return readings


def _one_by_one(
    members: Members,
    loss: Loss,
    inputs: Tensor,
    targets: Tensor,
    quantities: Set[str],
    before: Tensor | None,
) -> list[Reading]:
    """Recurrent members that train side by side: their states can be seen in each alone."""
    alone = [
        probe(
            single(members.alone(member)), loss, inputs[member, None], targets[member, None],
            quantities, None if before is None else before[member, None],
        )
        for member in range(len(inputs))
    ]  # fmt: skip
    return [
        replace(same[0], values=torch.cat([reading.values for reading in same]))
        for same in zip(*alone, strict=True)
    ]


def _positions(layers: list[Layer]) -> list[int]:
    """From 1; both directions of a recurrent layer have the same."""
    places = [0]
    for before, layer in pairwise([None, *layers]):
        places.append(places[-1] + (not _same_layer(before, layer)))
    return places[1:]


def _same_layer(one: Layer | None, other: Layer | None) -> bool:
    both = [each.recurrent.name for each in (one, other) if each and each.recurrent]
    return len(both) == 2 and len({name.partition(".")[2] for name in both}) == 1


def _kinds(layer: Layer, *, is_last: bool) -> Mapping[str, Callable[[Measured], Rows]]:
    """What there is to measure; of recurrent layers `time_probes` says how they were drawn."""
    kinds = EVERY_LAYER if is_last else {**EVERY_LAYER, **HIDDEN_LAYERS}
    if layer.recurrent is None:
        return kinds
    without = {"initial"} if layer.activation else {"initial", "pre_activation"}
    return {name: kind for name, kind in kinds.items() if name not in without}


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
    inputs: Tensor,
) -> Iterator[Measured]:
    """values: losses, (members, examples, …)."""
    names = [layer.weight for layer in layers]
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
        z = members.lifted(layer.values)
        yield Measured(
            site=layer.site,
            is_convolution=layer.is_convolution,
            activation=layer.activation,
            z=z,
            delta=members.lifted(delta),
            real=_real(z, targets) if layer.recurrent is None else _read(z, inputs),
            weight=now.get(name),
            weight_before=earlier.get(name),
            weight_gradient=members.lifted(next(of_weights)) if has_weight else None,
            bias=now.get(layer.bias),
        )


def _real(z: Tensor, targets: Tensor) -> Tensor | None:
    """(members, cases) of bool: not padding; None where nothing is padded."""
    if targets.dim() == 2 or targets.is_floating_point() or z.shape[:3] != targets.shape:
        return None
    return counted(targets, targets).bool().flatten(1)


def _read(z: Tensor, inputs: Tensor) -> Tensor | None:
    """The same of a recurrent layer: the steps of sentences, until they are over."""
    if inputs.is_floating_point() or inputs.shape[1:] != z.shape[1:3]:
        return None
    return before_end(sentence_lengths(inputs[0]), z.shape[2])[None].flatten(1)
