"""Adam, and AdamW, which shrinks the weights by themselves."""

from collections.abc import Sequence

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import Hyperparameters
from orchestrator.training.stacking.members import Members

EPSILON = 1e-8  # torch's default


class Adam:
    """m ← β₁ m + (1 − β₁) g;  s ← β₂ s + (1 − β₂) g²;  p ← p − η m̂ / (√ŝ + ε).

    m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ) correct for the start at 0. g includes λ p; with
    `decoupled` weight decay p ← (1 − η λ) p instead.
    Source: Kingma & Ba 2015; decoupled: Loshchilov & Hutter 2019.
    """

    def __init__(
        self, members: Members, trainings: Sequence[Training], *, decoupled: bool = False
    ) -> None:
        self.parameters = members.flat
        self.hyper = Hyperparameters(members, trainings)
        self.betas = trainings[0].beta1, trainings[0].beta2
        self.decoupled = decoupled
        zeros = torch.zeros_like(members.flat)
        self.state: tuple[Tensor, ...] = (zeros, zeros.clone())
        self.steps = 0

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        beta1, beta2 = self.betas
        mean, mean_square = self.state
        if self.decoupled:
            self.parameters.mul_(1 - self.hyper.learning_rate * self.hyper.weight_decay)
        else:
            gradient = gradient.addcmul(self.hyper.weight_decay, self.parameters)
        mean.lerp_(gradient, 1 - beta1)
        mean_square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        step_size = self.hyper.learning_rate / (1 - beta1**self.steps)
        scale = (mean_square.sqrt() / (1 - beta2**self.steps) ** 0.5).add_(EPSILON)
        self.parameters.addcmul_(step_size, mean / scale, value=-1)


def adamw(members: Members, trainings: Sequence[Training]) -> Adam:
    return Adam(members, trainings, decoupled=True)
