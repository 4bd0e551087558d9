"""The optimizers of `torch.optim`, for all members of a pack at once.

Parameters and gradients are flat, (members, parameters of one model); hyperparameters have one
value a member, (members, 1), so that members may differ in them. The order of operations is
torch's, so that a member moves exactly as it would alone.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from orchestrator.study.settings import Training
from orchestrator.training.stacking import Stack

EPSILON = 1e-8  # torch's default for adam, adamw and rmsprop
RMSPROP_ALPHA = 0.99  # torch's default


class Optimizer(Protocol):
    """Moves the parameters of all members by one step."""

    def step(self, gradient: Tensor) -> None:
        """Change the parameters in place; gradient: (members, parameters)."""

    def freeze(self, members: Tensor) -> None:
        """Stop moving these members; members: (members,) of bool."""


class Hyperparameters:
    """Per-member values: learning rate and momentum (members, 1), weight decay (members, P)."""

    def __init__(self, stack: Stack, trainings: Sequence[Training]) -> None:
        def column(name: str) -> Tensor:
            return stack.flat.new_tensor([[getattr(training, name)] for training in trainings])

        self.learning_rate = column("learning_rate")
        self.momentum = column("momentum")
        decays = torch.ones_like(stack.biases) if trainings[0].decay_biases else ~stack.biases
        self.weight_decay = column("weight_decay") * decays

    def freeze(self, members: Tensor) -> None:
        self.learning_rate[members] = 0


class SGD:
    """v ← μ v + g + λ p;  p ← p − η v  (Nesterov: p ← p − η (g + λ p + μ v))."""

    def __init__(self, stack: Stack, trainings: Sequence[Training]) -> None:
        self.parameters = stack.flat
        self.hyper = Hyperparameters(stack, trainings)
        self.nesterov = trainings[0].nesterov
        self.decays = bool(self.hyper.weight_decay.any())
        has_momentum = bool(self.hyper.momentum.any())
        self.velocity = torch.zeros_like(stack.flat) if has_momentum else None

    def step(self, gradient: Tensor) -> None:
        if self.decays:
            gradient = gradient.addcmul(self.hyper.weight_decay, self.parameters)
        if self.velocity is not None:
            self.velocity.mul_(self.hyper.momentum).add_(gradient)
            ahead = gradient.addcmul(self.hyper.momentum, self.velocity)
            gradient = ahead if self.nesterov else self.velocity
        self.parameters.addcmul_(self.hyper.learning_rate, gradient, value=-1)

    def freeze(self, members: Tensor) -> None:
        self.hyper.freeze(members)
        if self.velocity is not None:
            self.velocity[members] = 0


class Adam:
    """Kingma & Ba 2015; with `decoupled` weight decay AdamW (Loshchilov & Hutter 2019)."""

    def __init__(
        self, stack: Stack, trainings: Sequence[Training], *, decoupled: bool = False
    ) -> None:
        self.parameters = stack.flat
        self.hyper = Hyperparameters(stack, trainings)
        self.betas = trainings[0].beta1, trainings[0].beta2
        self.decoupled = decoupled
        self.mean = torch.zeros_like(stack.flat)
        self.mean_square = torch.zeros_like(stack.flat)
        self.steps = 0

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        beta1, beta2 = self.betas
        if self.decoupled:
            self.parameters.mul_(1 - self.hyper.learning_rate * self.hyper.weight_decay)
        else:
            gradient = gradient.addcmul(self.hyper.weight_decay, self.parameters)
        self.mean.lerp_(gradient, 1 - beta1)
        self.mean_square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        step_size = self.hyper.learning_rate / (1 - beta1**self.steps)
        scale = (self.mean_square.sqrt() / (1 - beta2**self.steps) ** 0.5).add_(EPSILON)
        self.parameters.addcmul_(step_size, self.mean / scale, value=-1)

    def freeze(self, members: Tensor) -> None:
        self.hyper.freeze(members)
        self.mean[members] = self.mean_square[members] = 0


class RMSprop:
    """Tieleman & Hinton 2012, lecture 6.5: p ← p − η v, v ← μ v + g / √(mean of g²)."""

    def __init__(self, stack: Stack, trainings: Sequence[Training]) -> None:
        self.parameters = stack.flat
        self.hyper = Hyperparameters(stack, trainings)
        self.mean_square = torch.zeros_like(stack.flat)
        self.velocity = torch.zeros_like(stack.flat)

    def step(self, gradient: Tensor) -> None:
        gradient = gradient.addcmul(self.hyper.weight_decay, self.parameters)
        self.mean_square.mul_(RMSPROP_ALPHA).addcmul_(gradient, gradient, value=1 - RMSPROP_ALPHA)
        scaled = gradient / self.mean_square.sqrt().add_(EPSILON)
        self.velocity.mul_(self.hyper.momentum).add_(scaled)
        self.parameters.addcmul_(self.hyper.learning_rate, self.velocity, value=-1)

    def freeze(self, members: Tensor) -> None:
        self.hyper.freeze(members)
        self.mean_square[members] = self.velocity[members] = 0


def _adamw(stack: Stack, trainings: Sequence[Training]) -> Optimizer:
    return Adam(stack, trainings, decoupled=True)


OPTIMIZERS: dict[str, Callable[[Stack, Sequence[Training]], Optimizer]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": _adamw,
    "rmsprop": RMSprop,
}
