"""The layers behind a loss, found on its graph: a forward pass that was not watched.

A node of the graph whose input is the weight of a linear or convolutional layer computes z of that
layer; what enters it on the way back is ∂C/∂z. What z was is not known.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from orchestrator.training.probes.tracing import LAYERS, LINEAR

ON_THE_WAY = {"TBackward0", "ToCopyBackward0", "TransposeBackward0", "PermuteBackward0"}
"""Between a weight and the operation that multiplies by it."""
SAME_Z = {"ViewBackward0", "UnsafeViewBackward0", "ReshapeAliasBackward0"}
"""(places, units) → (examples, steps, units)."""
FREED = (
    "the graph of this loss is gone, or weights have changed since: probe before loss.backward(), "
    "or give a function that computes the loss: probe(model, lambda: criterion(model(x), y), …)"
)


@dataclass(frozen=True)
class GraphLayer:
    """site: its name in the model.   delta: ∂C/∂z, (examples, …).   module: the layer."""

    site: str
    module: nn.Module
    delta: Tensor
    weight_gradient: Tensor

    @property
    def is_convolution(self) -> bool:
        return not isinstance(self.module, LINEAR)


def layers_behind(loss: Tensor, model: nn.Module) -> list[GraphLayer]:
    """In the order of the forward pass; loss: one number. Its graph is kept.

    Raises ValueError where the graph is no longer there.
    """
    owners = {
        id(module.weight): (name, module)
        for name, module in model.named_modules()
        if isinstance(module, LAYERS) and isinstance(module.weight, nn.Parameter)
    }
    found = list(_operations(loss, owners))
    if not found:
        return []
    deltas: dict[int, Tensor] = {}  # in the order of the way back
    handles = [
        node.register_prehook(_keeping(deltas, place)) for place, (node, _) in enumerate(found)
    ]
    modules: list[Any] = [owners[weight][1] for _, weight in found]
    try:
        gradients = torch.autograd.grad(
            loss, [module.weight for module in modules], retain_graph=True
        )
    except RuntimeError as error:
        raise ValueError(FREED) from error
    finally:
        for handle in handles:
            handle.remove()
    return [
        GraphLayer(owners[found[place][1]][0], modules[place], deltas[place], gradients[place])
        for place in reversed(deltas)
    ]


def _keeping(deltas: dict[int, Tensor], place: int) -> Callable[[Any], None]:
    def hook(gradients: tuple[Tensor, ...]) -> None:
        deltas[place] = gradients[0].detach()

    return hook


def _operations(loss: Tensor, owners: Mapping[int, Any]) -> Iterator[tuple[Node, int]]:
    """Every node that computes z of a layer, and the id of that layer's weight."""
    if loss.grad_fn is None:
        return
    waiting, seen = [loss.grad_fn], {loss.grad_fn}
    consumers: dict[Node, list[Node]] = {}
    found: list[tuple[Node, int]] = []
    while waiting:
        node = waiting.pop()
        for following, _ in node.next_functions:
            if following is None:
                continue
            consumers.setdefault(following, []).append(node)
            weight = _weight(following)
            if weight in owners and node.name() not in ON_THE_WAY:
                found.append((node, weight))
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    for node, weight in found:
        by = consumers.get(node, [])
        is_viewed = len(by) == 1 and by[0].name() in SAME_Z
        yield (by[0] if is_viewed else node), weight


def _weight(node: Node | None) -> int:
    """The id of the tensor that a node reads as it is, or transposed; 0 if it reads none."""
    while node is not None and node.name() in ON_THE_WAY:
        node = node.next_functions[0][0]
    variable = getattr(node, "variable", None)
    return 0 if variable is None else id(variable)
