"""RAdam: Adam whose adaptive rate waits until its variance is known."""

from collections.abc import Sequence

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import Hyperparameters
from orchestrator.training.stacking.members import Members

EPSILON = 1e-8  # torch's default
TRACTABLE = 5  # ρ above which the variance of the adaptive rate is


class RAdam:
    """p ← p − η r m̂ √(1 − β₂ᵗ) / (√s + ε) where ρₜ > 5, else p ← p − η m̂.

    m, m̂ and s are those of Adam; ρₜ = ρ − 2 t β₂ᵗ / (1 − β₂ᵗ) with ρ = 2 / (1 − β₂) − 1, and
    r² = (ρₜ − 4)(ρₜ − 2) ρ / ((ρ − 4)(ρ − 2) ρₜ). g includes λ p.
    Source: Liu et al. 2020, "On the variance of the adaptive learning rate and beyond".
    """

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        self.parameters = members.flat
        self.hyper = Hyperparameters(members, trainings)
        self.betas = trainings[0].beta1, trainings[0].beta2
        zeros = torch.zeros_like(members.flat)
        self.state: tuple[Tensor, ...] = (zeros, zeros.clone())
        self.steps = 0

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        beta1, beta2 = self.betas
        mean, mean_square = self.state
        gradient = gradient.addcmul(self.hyper.weight_decay, self.parameters)
        mean.lerp_(gradient, 1 - beta1)
        mean_square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        direction = mean / (1 - beta1**self.steps)
        if rectified := self._rectification():
            scale = mean_square.sqrt().add_(EPSILON)
            direction *= rectified * (1 - beta2**self.steps) ** 0.5 / scale
        self.parameters.addcmul_(self.hyper.learning_rate, direction, value=-1)

    def _rectification(self) -> float:
        """r at the present step; 0 where the variance of the adaptive rate is intractable."""
        beta2, t = self.betas[1], self.steps
        limit = 2 / (1 - beta2) - 1
        length = limit - 2 * t * beta2**t / (1 - beta2**t)
        if length <= TRACTABLE:
            return 0.0
        share = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
        return float(share**0.5)
