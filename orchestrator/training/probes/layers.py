"""Gradients and activations of every layer, measured on a fixed batch of training examples.

`quantities.py` defines what is measured. Norms accumulate in float64. An exact zero is kept as 0.0:
it is an underflow, or a dead layer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor

from orchestrator.models.losses import Loss
from orchestrator.models.networks.recurrent_layer import before_end
from orchestrator.models.sentences import sentence_lengths
from orchestrator.training.losses.smoothing import of_member
from orchestrator.training.masked_means import counted
from orchestrator.training.probes.quantities import EVERY_LAYER, HIDDEN_LAYERS, LayerValues, Rows
from orchestrator.training.probes.tracing import TracedLayer, trace
from orchestrator.training.probes.unrolling import is_recurrent
from orchestrator.training.reading import Axis, Reading
from orchestrator.training.stacking.members import Members, Single, single

Arranged = Callable[[TracedLayer, LayerValues], LayerValues]


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
    values = loss(outputs, targets)  # (members, examples, …)

    def without_padding(layer: TracedLayer, found: LayerValues) -> LayerValues:
        z = found.z
        real = _real_steps(z, inputs) if layer.recurrent else _real(z, targets, inputs)
        return replace(found, real=real)

    # The sum over examples gives each example its own, unscaled ∂C/∂z.
    total = (values * counted(values, targets)).sum()
    return layer_readings(members, layers, total, without_padding, quantities, before)


def layer_readings(
    members: Members,
    layers: Iterable[TracedLayer],
    total: Tensor,
    arranged: Arranged,
    quantities: Set[str],
    before: Tensor | None = None,
    *,
    retain_graph: bool = False,
) -> list[Reading]:
    """The readings of layers that a forward pass has met.

    total: the loss, summed over examples and members.
    arranged: what is measured of a layer; it is given all of its values, none of them as padding.
    """
    layers = [layer for layer in layers if layer.z.requires_grad]
    if not layers:
        return []  # such as a recurrent net whose output layer is its embedding
    measured = list(_measured(members, layers, total, arranged, before, retain_graph))
    readings = []
    if "initial" in quantities and measured and not is_recurrent(members.template):
        entering = members.with_member_dimension(layers[0].inputs)
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
    """Recurrent members that train stacked: their states are visible in single models only."""
    alone = [
        probe(
            single(members.plain_model(member)), of_member(loss, member), inputs[member, None],
            targets[member, None], quantities, None if before is None else before[member, None],
        )
        for member in range(len(inputs))
    ]  # fmt: skip
    return [
        replace(same[0], values=torch.cat([reading.values for reading in same]))
        for same in zip(*alone, strict=True)
    ]


def _positions(layers: list[TracedLayer]) -> list[int]:
    """Positions from 1; both directions of a recurrent layer share one."""
    places = [0]
    for before, layer in pairwise([None, *layers]):
        places.append(places[-1] + (not _same_layer(before, layer)))
    return places[1:]


def _same_layer(one: TracedLayer | None, other: TracedLayer | None) -> bool:
    both = [each.recurrent.name for each in (one, other) if each and each.recurrent]
    return len(both) == 2 and len({name.partition(".")[2] for name in both}) == 1


def _kinds(layer: TracedLayer, *, is_last: bool) -> Mapping[str, Callable[[LayerValues], Rows]]:
    """What is measured of a layer; `time.py` measures `initial` of recurrent layers."""
    kinds = EVERY_LAYER if is_last else {**EVERY_LAYER, **HIDDEN_LAYERS}
    if layer.recurrent is None:
        return kinds
    without = {"initial"} if layer.activation else {"initial", "pre_activation"}
    return {name: kind for name, kind in kinds.items() if name not in without}


def second_moment(axis: Axis, entering: Tensor, real: Tensor | None) -> Reading:
    """Mean of x² over the inputs of the first layer, without padding; (members, examples, …)."""
    squares = entering.detach().double().square()
    if real is None:
        values = squares.flatten(1).mean(1)
    else:
        per_place = squares.flatten(1, -2).mean(-1)  # (members, places)
        values = (per_place * real).sum(1) / real.sum(1)
    return Reading(axis, "input", 0, "second_moment", values)


def _measured(
    members: Members,
    layers: list[TracedLayer],
    total: Tensor,
    arranged: Arranged,
    before: Tensor | None,
    retain_graph: bool,
) -> Iterator[LayerValues]:
    names = [layer.weight for layer in layers]
    weights = [members.parameters[name] for name in names if name in members.parameters]
    gradients = torch.autograd.grad(
        total,
        [layer.z for layer in layers] + weights,
        allow_unused=True,
        materialize_grads=True,  # 0 where the loss does not depend on a layer
        retain_graph=retain_graph,
    )
    of_weights = iter(gradients[len(layers) :])
    now = members.named(members.flat)
    earlier = {} if before is None else members.named(before)
    for layer, name, delta in zip(layers, names, gradients, strict=False):
        has_weight = name in members.parameters
        found = LayerValues(
            site=layer.site,
            is_convolution=layer.is_convolution,
            activation=layer.activation,
            z=members.with_member_dimension(layer.values),
            delta=members.with_member_dimension(delta),
            real=None,
            weight=now.get(name),
            weight_before=earlier.get(name),
            weight_gradient=members.with_member_dimension(next(of_weights)) if has_weight else None,
            bias=now.get(layer.bias),
        )
        yield arranged(layer, found)


def _real(z: Tensor, targets: Tensor, inputs: Tensor) -> Tensor | None:
    """(members, cases) of bool: not padding; None where nothing is padded."""
    if targets.dim() == 2 or targets.is_floating_point() or z.shape[:3] != targets.shape:
        return _real_steps(z, inputs)
    return counted(targets, targets).bool().flatten(1)


def _real_steps(z: Tensor, inputs: Tensor) -> Tensor | None:
    """`_real` where targets do not say it: the steps before the end of each sentence."""
    if inputs.is_floating_point() or z.dim() != 4 or inputs.shape[1:] != z.shape[1:3]:
        return None
    lengths = sentence_lengths(inputs.flatten(0, 1))  # (members · examples,)
    return before_end(lengths, z.shape[2]).view(len(inputs), -1)
