"""Activation functions as a forward pass calls them, in any of torch's spellings.

`nn.ReLU()`, `F.relu(z)`, `torch.relu_(z)` and `z.relu()` are one function here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from orchestrator.training.stacking.tanh import Tanh

SATURATED: dict[str, Callable[[Tensor], Tensor]] = {  # a = φ(z) → where φ is nearly flat
    "sigmoid": lambda a: (a - 0.5).abs() > 0.45,
    "tanh": lambda a: a.abs() > 0.95,
    "relu": lambda a: a == 0,
    "softplus": lambda a: a < 0.05,
}
NAMES = ("sigmoid", "tanh", "relu", "softplus", "leaky_relu", "elu", "selu", "celu", "gelu", "silu",
         "mish", "relu6", "hardtanh", "hardsigmoid", "hardswish", "logsigmoid",
         "softsign")  # fmt: skip


@dataclass(frozen=True)
class Activation:
    """One call of an activation function: a = φ(z), unit by unit."""

    name: str
    function: Callable[..., Tensor]
    arguments: tuple[Any, ...] = ()  # after z, such as the slope of a leaky ReLU
    options: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, z: Tensor) -> Tensor:
        return self.function(z.clone(), *self.arguments, **self.options)  # it may work in place

    def slope(self, z: Tensor) -> Tensor:
        """φ'(z)."""
        with torch.enable_grad():
            z = z.detach().requires_grad_()
            slope: Tensor = torch.autograd.grad(self(z).sum(), z)[0]
        return slope

    def saturated(self, z: Tensor) -> Tensor | None:
        """Where φ is nearly constant; None for functions without such a definition."""
        return SATURATED[self.name](self(z)) if self.name in SATURATED else None


IDENTITY = Activation("identity", Tensor.clone)
TANH = Activation("tanh", Tanh())


def _spellings(name: str) -> Iterator[Any]:
    for place in (torch, Tensor, functional):
        for spelling in (name, f"{name}_"):  # with _ in place
            if (function := getattr(place, spelling, None)) is not None:
                yield function


FUNCTIONS: Mapping[Any, str] = {  # torch's function → our name
    function: name for name in NAMES for function in _spellings(name)
}
