"""Parts of a network under their own types; an attribute of a module is a tensor or any module."""

from typing import TypeVar

from torch import nn

from orchestrator.models.networks.recurrent import Recurrent
from orchestrator.models.networks.recurrent_layer import RecurrentLayer

Part = TypeVar("Part", bound=nn.Module)


def part(model: nn.Module, path: str, kind: type[Part]) -> Part:
    """The part of the model at a dotted path, "hidden.0", which must be of this kind."""
    found = model.get_submodule(path)
    assert isinstance(found, kind), f"{path} is a {type(found).__name__}"
    return found


def linear(model: nn.Module, path: str) -> nn.Linear:
    return part(model, path, nn.Linear)


def linear_layers(model: nn.Module) -> list[nn.Linear]:
    """Of a feed-forward network: hidden layers from the input on, then the output."""
    hidden = range(len(part(model, "hidden", nn.ModuleList)))
    return [linear(model, path) for path in (*(f"hidden.{number}" for number in hidden), "output")]


def recurrent_layer(net: Recurrent, number: int = 0) -> RecurrentLayer:
    return part(net, f"layers.{number}", RecurrentLayer)


def kernel_of(net: Recurrent, number: int = 0) -> nn.RNNBase:
    return recurrent_layer(net, number).kernel
