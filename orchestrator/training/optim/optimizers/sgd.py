"""Gradient descent, with momentum and Nesterov's momentum."""

from collections.abc import Sequence

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import Hyperparameters
from orchestrator.training.stacking.members import Members


class SGD:
    """v ← μ v + g + λ p;  p ← p − η v  (Nesterov: p ← p − η (g + λ p + μ v))."""

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        self.parameters = members.flat
        self.hyper = Hyperparameters(members, trainings)
        self.nesterov = trainings[0].nesterov
        self.decays = bool(self.hyper.weight_decay.any())
        has_momentum = bool(self.hyper.momentum.any())
        self.state: tuple[Tensor, ...] = ()
        if has_momentum:
            self.state = (torch.zeros_like(members.flat),)
        self.steps = 0

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        if self.decays:
            gradient = gradient.addcmul(self.hyper.weight_decay, self.parameters)
        for velocity in self.state:
            velocity.mul_(self.hyper.momentum).add_(gradient)
            ahead = gradient.addcmul(self.hyper.momentum, velocity)
            gradient = ahead if self.nesterov else velocity
        self.parameters.addcmul_(self.hyper.learning_rate, gradient, value=-1)
