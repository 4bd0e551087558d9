"""The optimizers of `torch.optim`, for all members of a pack at once.

Parameters and gradients are flat, (members, parameters of one model); hyperparameters have one
value per member, (members, 1), so that members may differ in them. The order of operations is
torch's, so that a member moves exactly as it would alone.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.stacking.members import Members

EPSILON = 1e-8  # torch's default for adam, adamw and rmsprop
RMSPROP_ALPHA = 0.99  # torch's default


class Hyperparameters:
    """Per-member values: learning rate and momentum (members, 1), weight decay (members, P)."""

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        def column(name: str) -> Tensor:
            return members.flat.new_tensor([[getattr(training, name)] for training in trainings])

        self.learning_rate = column("learning_rate")
        self.momentum = column("momentum")
        decays = torch.ones_like(members.biases) if trainings[0].decay_biases else ~members.biases
        self.weight_decay = column("weight_decay") * decays


class Optimizer(Protocol):
    """Moves the parameters of all members by one step.

    hyper: may be changed between steps.   state: its memory, (members, parameters) each.
    steps: taken so far.
    """

    hyper: Hyperparameters
    state: tuple[Tensor, ...]
    steps: int

    def step(self, gradient: Tensor) -> None:
        """Change the parameters in place; gradient: (members, parameters)."""


def freeze(optimizer: Optimizer, chosen: Tensor) -> None:
    """Stop moving some members for good; chosen: (members,) of bool."""
    optimizer.hyper.learning_rate[chosen] = 0
    for remembered in optimizer.state:
        remembered[chosen] = 0  # it may hold NaN, and 0 · NaN is not 0


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


class Adam:
    """Kingma & Ba 2015; with `decoupled` weight decay AdamW (Loshchilov & Hutter 2019)."""

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


class RMSprop:
    """Tieleman & Hinton 2012, lecture 6.5: p ← p − η v, v ← μ v + g / √(mean of g²)."""

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
        mean_square.mul_(RMSPROP_ALPHA).addcmul_(gradient, gradient, value=1 - RMSPROP_ALPHA)
        scaled = gradient / mean_square.sqrt().add_(EPSILON)
        velocity.mul_(self.hyper.momentum).add_(scaled)
        self.parameters.addcmul_(self.hyper.learning_rate, velocity, value=-1)


def _adamw(members: Members, trainings: Sequence[Training]) -> Optimizer:
    return Adam(members, trainings, decoupled=True)


OPTIMIZERS: dict[str, Callable[[Members, Sequence[Training]], Optimizer]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": _adamw,
    "rmsprop": RMSprop,
}
