"""NAdam: Adam with Nesterov's momentum."""

from collections.abc import Sequence

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import Hyperparameters
from orchestrator.training.stacking.members import Members

EPSILON = 1e-8  # torch's default
MOMENTUM_DECAY = 4e-3  # torch's default


class NAdam:
    """p ← p − η (μₜ₊₁ m / (1 − Πμₜ₊₁) + (1 − μₜ) g / (1 − Πμₜ)) / (√ŝ + ε).

    m, s and ŝ are those of Adam; μₜ = β₁ (1 − 0.96^(0.004 t) / 2), and Πμₜ = μ₁ μ₂ … μₜ.
    g includes λ p. Source: Dozat 2016, "Incorporating Nesterov momentum into Adam".
    """

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        self.parameters = members.flat
        self.hyper = Hyperparameters(members, trainings)
        self.betas = trainings[0].beta1, trainings[0].beta2
        zeros = torch.zeros_like(members.flat)
        product = torch.ones_like(members.flat[:, :1])  # Πμₜ
        self.state: tuple[Tensor, ...] = (zeros, zeros.clone(), product)
        self.steps = 0

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        beta2 = self.betas[1]
        mean, mean_square, product = self.state
        gradient = gradient.addcmul(self.hyper.weight_decay, self.parameters)
        now, ahead = self._momentum(self.steps), self._momentum(self.steps + 1)
        product.mul_(now)
        mean.lerp_(gradient, 1 - self.betas[0])
        mean_square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        scale = (mean_square / (1 - beta2**self.steps)).sqrt_().add_(EPSILON)
        of_gradient = self.hyper.learning_rate * (1 - now) / (1 - product)
        of_mean = self.hyper.learning_rate * ahead / (1 - product * ahead)
        self.parameters.addcmul_(of_gradient, gradient / scale, value=-1)
        self.parameters.addcmul_(of_mean, mean / scale, value=-1)

    def _momentum(self, step: int) -> float:
        """μ of a step, from 1."""
        return float(self.betas[0] * (1 - 0.5 * 0.96 ** (step * MOMENTUM_DECAY)))
