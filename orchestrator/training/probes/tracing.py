"""Records the layers' pre-activations, and the activations applied to them, in a forward pass.

Layers are found by hooks on the modules, activation functions by intercepting torch's functions, so
that `F.relu(layer(x))` is found as well as `nn.ReLU()`. Recurrent layers are computed step by
step (`unrolling.py`): each direction of one is a layer whose z holds all steps.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.functional import linear
from torch.overrides import TorchFunctionMode

from orchestrator.models.activations import ACTIVATIONS
from orchestrator.models.networks.embedding import TiedOutput
from orchestrator.models.networks.recurrent_layer import States
from orchestrator.training.probes.activations import FUNCTIONS, IDENTITY, TANH, Activation
from orchestrator.training.probes.unrolling import is_recurrent, stepwise
from orchestrator.training.stacking.members import Mapped, Members, StackedLinear
from orchestrator.training.stacking.tanh import Tanh

LINEAR = (nn.Linear, StackedLinear, TiedOutput)
NAME_OF = {kind: name for name, kind in ACTIVATIONS.items()}
LAYERS = (*LINEAR, nn.Conv1d, nn.Conv2d, nn.Conv3d)
UNSEEN = {
    nn.Identity: IDENTITY,
    Tanh: TANH,
}  # they call no function that could be intercepted


@dataclass
class TracedLayer:
    """One layer as the forward pass met it.

    inputs, z: its inputs and pre-activations, on the graph of the outputs; (members, batch, …), but
        without the member dimension in a single model (see Members.with_member_dimension).
    activation: the function applied to z, if it is one of `activations.py`.
    weight, bias: names of its parameters in the model.
    """

    site: str  # its name in the model, "hidden.0"
    is_convolution: bool
    inputs: Tensor
    z: Tensor
    passed_on: Tensor  # a copy of z, so that an activation in place leaves z alone
    weight: str
    bias: str
    activation: Activation | None = None
    recurrent: States | None = None

    @property
    def values(self) -> Tensor:
        """The pre-activations; a recurrent layer's `z` is W x_t + b, with the gradient of z_t."""
        state = self.recurrent
        if state is None or state.activation is None:
            return self.z.detach()
        before = torch.stack(_before(state), dim=1).detach()
        return (self.z + linear(before, state.weights.R, state.weights.b_R)).detach()


def _before(state: States) -> list[Tensor]:
    """The state before each step of the input, in the order of the input."""
    first = torch.zeros_like(state.h[0])
    if state.name.startswith("backward"):
        return [*state.h[1:], first]
    return [first, *state.h[:-1]]


@dataclass
class Trace:
    """What forward passes have met."""

    seen: list[TracedLayer | States] = field(
        default_factory=list
    )  # in the order of the forward pass

    @property
    def layers(self) -> list[TracedLayer]:
        return [each for each in self.seen if isinstance(each, TracedLayer)]

    def layers_of(self, model: nn.Module) -> list[TracedLayer]:
        """All layers, the recurrent ones of this model among them."""
        names = {id(parameter): name for name, parameter in model.named_parameters()}
        return [_recurrent(x, names) if isinstance(x, States) else x for x in self.seen]

    def add_layer(self, site: str, module: nn.Module, inputs: Tensor, z: Tensor) -> Tensor:
        is_convolution = not isinstance(module, LINEAR)
        passed_on, names = z.clone(), (f"{site}.weight", f"{site}.bias")
        self.seen.append(TracedLayer(site, is_convolution, inputs, z, passed_on, *names))
        return passed_on

    def set_activation(self, activation: Activation, z: Any) -> None:
        for layer in self.layers:
            if layer.passed_on is z:
                layer.activation = activation


class _Watching(TorchFunctionMode):
    """Reports the activation functions among torch's functions that are called."""

    def __init__(self, seen: Trace) -> None:
        super().__init__()
        self.seen = seen

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in FUNCTIONS and args:
            activation = Activation(FUNCTIONS[func], func, args[1:], kwargs)
            self.seen.set_activation(activation, args[0])
        return func(*args, **kwargs)


def trace(members: Members, inputs: Tensor) -> tuple[Tensor, list[TracedLayer]]:
    """The outputs, (members, batch, …), and the layers in the order of the forward pass."""
    if isinstance(members.model, Mapped):
        return _trace_mapped(members.model, inputs)
    if is_recurrent(members.template):
        return _trace_stepwise(members, inputs)
    with tracing(members.model) as seen:
        outputs: Tensor = members.model(inputs)
    return outputs, seen.layers


def _trace_stepwise(members: Members, inputs: Tensor) -> tuple[Tensor, list[TracedLayer]]:
    """`trace` for one recurrent model."""
    with tracing(members.model) as found:
        outputs, _ = stepwise(members.template, inputs[0], found.seen)
    return outputs[None], found.layers_of(members.template)


def _recurrent(state: States, names: Mapping[int, str]) -> TracedLayer:
    """One direction of a recurrent layer, as a layer of W x_t + b."""
    w, activation = state.weights, None
    if state.activation is not None:
        activation = Activation(NAME_OF[type(state.activation)], state.activation)
    weight, bias = (names.get(id(parameter), "") for parameter in (w.W, w.b))
    return TracedLayer(
        state.name, False, state.inputs, state.wx, state.wx, weight, bias, activation, state
    )


def _trace_mapped(model: Mapped, inputs: Tensor) -> tuple[Tensor, list[TracedLayer]]:
    """Inside vmap tensors lack the member dimension; those returned from it have it again."""
    layers: list[TracedLayer] = []

    def one(parameters: Mapping[str, Tensor], inputs: Tensor) -> tuple[Tensor, list[Any]]:
        with tracing(model.template) as seen:
            outputs: Tensor = functional_call(model.template, dict(parameters), (inputs,))
        layers.extend(seen.layers)
        return outputs, [(layer.inputs, layer.z) for layer in seen.layers]

    outputs, tensors = vmap(one)(model.parameters_of_members, inputs)
    for layer, (taken, z) in zip(layers, tensors, strict=True):
        layer.inputs, layer.z = taken, z
    return outputs, layers


@contextmanager
def tracing(model: nn.Module) -> Iterator[Trace]:
    """While it lasts, the model's forward passes are recorded."""
    seen = Trace()
    handles = [
        module.register_forward_hook(_hook(seen, name.removeprefix("only.")))
        for name, module in model.named_modules()
        if isinstance(module, LAYERS) or type(module) in UNSEEN
    ]
    try:
        with _Watching(seen):
            yield seen
    finally:
        for handle in handles:
            handle.remove()


def _hook(seen: Trace, site: str) -> Any:
    def hook(module: nn.Module, inputs: tuple[Tensor, ...], outputs: Tensor) -> Tensor | None:
        if isinstance(module, LAYERS):
            return seen.add_layer(site, module, inputs[0], outputs)
        seen.set_activation(UNSEEN[type(module)], inputs[0])
        return None

    return hook
