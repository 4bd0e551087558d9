"""Derivatives of the activation functions, as the lecture writes them."""

from collections.abc import Callable

import torch
from torch import Tensor

DERIVATIVES: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": lambda x: torch.sigmoid(x) * (1 - torch.sigmoid(x)),
    "tanh": lambda x: 1 - torch.tanh(x) ** 2,
    "relu": lambda x: (x > 0).double(),
    "softplus": torch.sigmoid,
    "identity": torch.ones_like,
}
