"""Sees the pre-activations of a model's layers during one forward pass, by hooks on its leaves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn
from torch.func import functional_call, vmap

from models.activations import ACTIVATIONS
from orchestrator.training.members import Mapped, Members, StackedLinear

LAYERS = (nn.Linear, StackedLinear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
ACTIVATION_TYPES = tuple(kind for kind in ACTIVATIONS.values() if kind is not nn.Identity)
TRACED: tuple[type[nn.Module], ...] = (*LAYERS, *ACTIVATION_TYPES)


@dataclass
class Layer:
    """One layer as the forward pass met it.

    z: its pre-activations, on the graph of the outputs; (members, batch, …), but without the
    member dimension inside a single model (see Members.lifted).
    activation: the module that took z, if it is one of models/activations.py.
    """

    site: str  # its name in the model, "hidden.0"
    is_convolution: bool
    z: Tensor
    passed_on: Tensor  # a copy of z, so that an activation in place leaves z alone
    activation: type[nn.Module] | None = None


@dataclass
class _Trace:
    layers: list[Layer] = field(default_factory=list)

    def saw_layer(self, site: str, module: nn.Module, z: Tensor) -> Tensor:
        is_convolution = not isinstance(module, nn.Linear | StackedLinear)
        self.layers.append(Layer(site, is_convolution, z, z.clone()))
        return self.layers[-1].passed_on

    def saw_activation(self, module: nn.Module, z: Tensor) -> None:
        for layer in self.layers:
            if layer.passed_on is z:
                layer.activation = type(module)


def trace(members: Members, inputs: Tensor) -> tuple[Tensor, list[Layer]]:
    """The outputs, (members, batch, …), and the layers in the order of the forward pass."""
    if isinstance(members.model, Mapped):
        return _trace_mapped(members.model, inputs)
    with _tracing(members.model) as seen:
        outputs: Tensor = members.model(inputs)
    return outputs, seen.layers


def _trace_mapped(model: Mapped, inputs: Tensor) -> tuple[Tensor, list[Layer]]:
    """Inside vmap a tensor hides its member dimension: what is returned from it shows it again."""
    layers: list[Layer] = []

    def one(parameters: Mapping[str, Tensor], inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
        with _tracing(model.template) as seen:
            outputs: Tensor = functional_call(model.template, dict(parameters), (inputs,))
        layers.extend(seen.layers)
        return outputs, [layer.z for layer in seen.layers]

    outputs, pre_activations = vmap(one)(model.parameters_of_members, inputs)
    for layer, z in zip(layers, pre_activations, strict=True):
        layer.z = z
    return outputs, layers


@contextmanager
def _tracing(model: nn.Module) -> Iterator[_Trace]:
    seen = _Trace()
    handles = [
        module.register_forward_hook(_hook(seen, name.removeprefix("only.")))
        for name, module in model.named_modules()
        if isinstance(module, TRACED)
    ]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def _hook(seen: _Trace, site: str) -> Any:
    def hook(module: nn.Module, inputs: tuple[Tensor, ...], outputs: Tensor) -> Tensor | None:
        if isinstance(module, LAYERS):
            return seen.saw_layer(site, module, outputs)
        seen.saw_activation(module, inputs[0])
        return None

    return hook
