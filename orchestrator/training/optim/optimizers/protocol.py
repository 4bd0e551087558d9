"""What an optimizer is to the training loop."""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.stacking.members import Members


class Hyperparameters:
    """Per-member values: rates and momentum (members, 1), weight decay (members, P).

    base_rate: the learning rate of the settings, float64; a schedule multiplies it by its factor.
    learning_rate: that of the next step.
    """

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        def column(name: str, **kind: Any) -> Tensor:
            values = [[getattr(training, name)] for training in trainings]
            return members.flat.new_tensor(values, **kind)

        self.base_rate = column("learning_rate", dtype=torch.float64)
        self.learning_rate = column("learning_rate")
        self.momentum = column("momentum")
        decays = torch.ones_like(members.biases) if trainings[0].decay_biases else ~members.biases
        self.weight_decay = column("weight_decay") * decays


class Optimizer(Protocol):
    """Moves the parameters of all members by one step.

    hyper: may be changed between steps.   state: its memory, (members, …) each.
    steps: taken so far.
    """

    hyper: Hyperparameters
    state: tuple[Tensor, ...]
    steps: int

    def step(self, gradient: Tensor) -> None:
        """Change the parameters in place; gradient: (members, parameters)."""


def freeze(optimizer: Optimizer, chosen: Tensor) -> None:
    """Stop moving some members for good; chosen: (members,) of bool."""
    optimizer.hyper.base_rate[chosen] = 0
    optimizer.hyper.learning_rate[chosen] = 0
    for remembered in optimizer.state:
        remembered[chosen] = 0  # it may hold NaN, and 0 · NaN is not 0
