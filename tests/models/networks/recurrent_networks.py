"""Recurrent networks of every kind, small, and inputs for them."""

from typing import Any

import torch
from torch import Tensor

from orchestrator.models.networks.recurrent import Recurrent

FUSED: dict[str, dict[str, Any]] = {
    "rnn tanh": {"cell": "rnn"},
    "rnn relu": {"cell": "rnn", "activation": "relu"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
}
KINDS = FUSED | {
    "rnn sigmoid": {"cell": "rnn", "activation": "sigmoid"},
    "lstm peephole": {"cell": "lstm", "peephole": True},
}
WORDS = torch.tensor(
    [[3, 7, 3, 9, 1, 4], [5, 2, 0, 0, 0, 0], [8, 0, 0, 0, 0, 0], [6, 1, 2, 2, 0, 0]]
)
LENGTHS = [6, 2, 1, 4]


def network(words: bool, precision: torch.dtype = torch.float64, **chosen: Any) -> Recurrent:
    torch.manual_seed(0)
    sizes = {"hidden": 5, "embedding": 3 if words else None, "layers": 2}
    return Recurrent(10 if words else 3, 4, **{**sizes, **chosen}).to(precision)


def inputs_for(words: bool, precision: torch.dtype = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return WORDS if words else torch.randn(4, 6, 3, generator=generator).to(precision)


def loss(outputs: Tensor) -> Tensor:
    """A weighted sum in which every output matters differently."""
    generator = torch.Generator().manual_seed(2)
    weights = torch.randn(outputs.shape, generator=generator).to(outputs.dtype)
    return (weights * outputs.tanh()).sum()
