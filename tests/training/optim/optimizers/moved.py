"""Members moved by drawn gradients, for tests of optimizers."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.catalogue import OPTIMIZERS
from orchestrator.training.stacking.members import broadcast

STEPS = 12
Make = Callable[[nn.Module], Sequence[torch.optim.Optimizer]]


def nets(count: int) -> list[nn.Module]:
    """Matrices that are wide, tall and square, and biases."""
    torch.manual_seed(0)
    return [
        nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 2))
        .double()
        for _ in range(count)
    ]  # fmt: skip


def gradients(like: Tensor) -> list[Tensor]:
    """Of very different sizes, some of them 0."""
    generator = torch.Generator().manual_seed(1)
    sizes = 10.0 ** torch.randint(-3, 2, like.shape, generator=generator)
    draws = [torch.randn(like.shape, generator=generator) for _ in range(STEPS)]
    return [(draw * sizes * (draw < 1)).to(like) for draw in draws]


def ours(settings: Sequence[dict[str, Any]]) -> list[Tensor]:
    """The parameters of all members after each step, (members, parameters)."""
    trainings = [Training(**each) for each in settings]
    members = broadcast(nets(len(settings)))
    optimizer, found = OPTIMIZERS[trainings[0].optimizer](members, trainings), []
    for gradient in gradients(members.flat):
        optimizer.step(gradient.clone())
        found.append(members.flat.clone())
    return found


def theirs(makes: Sequence[Make]) -> list[Tensor]:
    """The same of plain models, each with the optimizers that are made for it."""
    models = nets(len(makes))
    optimizers = [make(model) for make, model in zip(makes, models, strict=True)]
    found = []
    for gradient in gradients(torch.stack([_flat(model) for model in models])):
        for row, model, own in zip(gradient, models, optimizers, strict=True):
            sizes = [parameter.numel() for parameter in model.parameters()]
            for parameter, part in zip(model.parameters(), row.split(sizes), strict=True):
                parameter.grad = part.view_as(parameter).clone()
            for optimizer in own:
                optimizer.step()
        found.append(torch.stack([_flat(model) for model in models]))
    return found


def _flat(model: nn.Module) -> Tensor:
    return parameters_to_vector(model.parameters()).detach().clone()
