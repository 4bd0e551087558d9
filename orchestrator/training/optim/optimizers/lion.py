"""Lion: the sign of a momentum."""

from collections.abc import Sequence

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import Hyperparameters
from orchestrator.training.stacking.members import Members


class Lion:
    """p ← p − η (sign(β₁ m + (1 − β₁) g) + λ p);  m ← β₂ m + (1 − β₂) g.

    Source: Chen et al. 2023, "Symbolic discovery of optimization algorithms", arXiv 2302.06675,
    algorithm 2.
    """

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        self.parameters = members.flat
        self.hyper = Hyperparameters(members, trainings)
        self.betas = trainings[0].beta1, trainings[0].beta2
        self.state: tuple[Tensor, ...] = (torch.zeros_like(members.flat),)
        self.steps = 0

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        beta1, beta2 = self.betas
        (mean,) = self.state
        direction = mean.lerp(gradient, 1 - beta1).sign_()
        self.parameters.mul_(1 - self.hyper.learning_rate * self.hyper.weight_decay)
        self.parameters.addcmul_(self.hyper.learning_rate, direction, value=-1)
        mean.lerp_(gradient, 1 - beta2)
