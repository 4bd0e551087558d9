"""Adagrad."""

from collections.abc import Sequence

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import Hyperparameters
from orchestrator.training.stacking.members import Members

EPSILON = 1e-10  # torch's default


class Adagrad:
    """s ← s + g²;  p ← p − η g / (√s + ε).   g includes λ p.

    Source: Duchi, Hazan & Singer 2011, "Adaptive subgradient methods".
    """

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        self.parameters = members.flat
        self.hyper = Hyperparameters(members, trainings)
        self.state: tuple[Tensor, ...] = (torch.zeros_like(members.flat),)
        self.steps = 0

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        (sum_of_squares,) = self.state
        gradient = gradient.addcmul(self.hyper.weight_decay, self.parameters)
        sum_of_squares.addcmul_(gradient, gradient)
        scaled = gradient / sum_of_squares.sqrt().add_(EPSILON)
        self.parameters.addcmul_(self.hyper.learning_rate, scaled, value=-1)
