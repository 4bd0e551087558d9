"""RMSprop."""

from collections.abc import Sequence

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import Hyperparameters
from orchestrator.training.stacking.members import Members

EPSILON = 1e-8  # torch's default
ALPHA = 0.99  # torch's default


class RMSprop:
    """s ← α s + (1 − α) g²;  v ← μ v + g / (√s + ε);  p ← p − η v.   g includes λ p.

    Source: Tieleman & Hinton 2012, lecture 6.5.
    """

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        self.parameters = members.flat
        self.hyper = Hyperparameters(members, trainings)
        zeros = torch.zeros_like(members.flat)
        self.state: tuple[Tensor, ...] = (zeros, zeros.clone())
        self.steps = 0

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        mean_square, velocity = self.state
        gradient = gradient.addcmul(self.hyper.weight_decay, self.parameters)
        mean_square.mul_(ALPHA).addcmul_(gradient, gradient, value=1 - ALPHA)
        scaled = gradient / mean_square.sqrt().add_(EPSILON)
        velocity.mul_(self.hyper.momentum).add_(scaled)
        self.parameters.addcmul_(self.hyper.learning_rate, velocity, value=-1)
