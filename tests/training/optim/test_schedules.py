"""Learning-rate schedules against torch's, epoch by epoch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from orchestrator.study import settings
from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers import SGD
from orchestrator.training.optim.schedules import Schedule
from tests.training.stacking.stacked import stacked

LOSSES = [1.0, 0.9, 0.95, 0.9, 0.91, 0.89999, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.5]


def rates(given: settings.Schedule, losses: list[float]) -> list[float]:
    members = stacked([torch.nn.Linear(2, 2)], torch.ones(1, 1, 2))
    optimizer = SGD(members, [Training(learning_rate=0.8)])
    schedule, found = Schedule(given, optimizer), []
    schedule.step(0, torch.tensor([0.01]))  # torch never sees the untrained network
    for epoch, loss in enumerate(losses, 1):
        schedule.step(epoch, torch.tensor([loss], dtype=torch.float64))
        found.append(optimizer.hyper.learning_rate.item())
    return found


def torch_rates(
    make: Callable[[torch.optim.Optimizer], Any], losses: list[float], *, watches: bool
) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.8)
    scheduler, found = make(optimizer), []
    for loss in losses:
        optimizer.step()
        scheduler.step(loss) if watches else scheduler.step()
        found.append(optimizer.param_groups[0]["lr"])
    return found


def test_step_is_torchs_step_lr() -> None:
    ours = rates(settings.Schedule(kind="step", every_epochs=3, factor=0.5), LOSSES)
    theirs = torch_rates(
        lambda o: torch.optim.lr_scheduler.StepLR(o, 3, gamma=0.5), LOSSES, watches=False
    )
    assert ours == pytest.approx(theirs)


def wandering(seed: int) -> list[float]:
    """Losses that fall, rise and stay about the same, with steps near torch's threshold of 1e-4."""
    rng = np.random.default_rng(seed)
    steps = rng.choice([-0.05, -2e-4, -5e-5, 0.0, 5e-5, 0.02], size=60)
    return list(1.0 + np.cumsum(steps))


@pytest.mark.parametrize("patience", [1, 2, 3])
@pytest.mark.parametrize("losses", [LOSSES, *map(wandering, range(4))])
def test_plateau_is_torchs_reduce_lr_on_plateau(patience: int, losses: list[float]) -> None:
    """Down to its smallest change of 1e-8, where both stop lowering it."""
    ours = rates(settings.Schedule(kind="plateau", patience=patience, factor=0.1), losses)
    theirs = torch_rates(
        lambda o: torch.optim.lr_scheduler.ReduceLROnPlateau(o, factor=0.1, patience=patience),
        losses,
        watches=True,
    )
    assert ours == pytest.approx(theirs)
    assert len(set(theirs)) > 1


def test_constant_stays() -> None:
    assert rates(settings.Schedule(), LOSSES) == pytest.approx([0.8] * len(LOSSES))
