"""Sees the pre-activations of a model's layers and what becomes of them, during one forward pass.

Layers are found by hooks on the modules; their activation functions by watching torch's functions,
so that `F.relu(layer(x))` is seen as well as `nn.ReLU()`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.overrides import TorchFunctionMode

from orchestrator.training.activation_kinds import FUNCTIONS, IDENTITY, Activation
from orchestrator.training.members import Mapped, Members, StackedLinear

LINEAR = (nn.Linear, StackedLinear)
LAYERS = (*LINEAR, nn.Conv1d, nn.Conv2d, nn.Conv3d)


@dataclass
class Layer:
    """One layer as the forward pass met it.

    inputs, z: what it took and its pre-activations, on the graph of the outputs; (members, batch,
        …), but without the member dimension inside a single model (see Members.lifted).
    activation: the function that took z, if it is one of `activation_kinds.py`.
    """

    site: str  # its name in the model, "hidden.0"
    is_convolution: bool
    inputs: Tensor
    z: Tensor
    passed_on: Tensor  # a copy of z, so that an activation in place leaves z alone
    activation: Activation | None = None


@dataclass
class _Trace:
    layers: list[Layer] = field(default_factory=list)

    def saw_layer(self, site: str, module: nn.Module, inputs: Tensor, z: Tensor) -> Tensor:
        is_convolution = not isinstance(module, LINEAR)
        self.layers.append(Layer(site, is_convolution, inputs, z, z.clone()))
        return self.layers[-1].passed_on

    def saw_activation(self, activation: Activation, z: Any) -> None:
        for layer in self.layers:
            if layer.passed_on is z:
                layer.activation = activation


class _Watching(TorchFunctionMode):
    """Reports the activation functions among torch's functions that are called."""

    def __init__(self, seen: _Trace) -> None:
        super().__init__()
        self.seen = seen

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in FUNCTIONS and args:
            activation = Activation(FUNCTIONS[func], func, args[1:], kwargs)
            self.seen.saw_activation(activation, args[0])
        return func(*args, **kwargs)


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

    def one(parameters: Mapping[str, Tensor], inputs: Tensor) -> tuple[Tensor, list[Any]]:
        with _tracing(model.template) as seen:
            outputs: Tensor = functional_call(model.template, dict(parameters), (inputs,))
        layers.extend(seen.layers)
        return outputs, [(layer.inputs, layer.z) for layer in seen.layers]

    outputs, tensors = vmap(one)(model.parameters_of_members, inputs)
    for layer, (taken, z) in zip(layers, tensors, strict=True):
        layer.inputs, layer.z = taken, z
    return outputs, layers


@contextmanager
def _tracing(model: nn.Module) -> Iterator[_Trace]:
    seen = _Trace()
    handles = [
        module.register_forward_hook(_hook(seen, name.removeprefix("only.")))
        for name, module in model.named_modules()
        if isinstance(module, (*LAYERS, nn.Identity))
    ]
    try:
        with _Watching(seen):
            yield seen
    finally:
        for handle in handles:
            handle.remove()


def _hook(seen: _Trace, site: str) -> Any:
    def hook(module: nn.Module, inputs: tuple[Tensor, ...], outputs: Tensor) -> Tensor | None:
        if isinstance(module, LAYERS):
            return seen.saw_layer(site, module, inputs[0], outputs)
        seen.saw_activation(IDENTITY, inputs[0])
        return None

    return hook
