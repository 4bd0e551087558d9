"""Learning rates of a training against torch's schedulers, step by step."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from orchestrator.study import settings
from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import freeze
from orchestrator.training.optim.optimizers.sgd import SGD
from orchestrator.training.optim.schedules import Schedule
from tests.training.stacking.stacked import stacked

EPOCHS, STEPS = 14, 5
LOSSES = [1.0, 0.9, 0.95, 0.9, 0.91, 0.89999, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.5]
Make = Callable[[torch.optim.Optimizer], Any]


def scheduled(*given: settings.Schedule, epochs: int = EPOCHS) -> Schedule:
    members = stacked([torch.nn.Linear(2, 2).double() for _ in given],
                      torch.ones(len(given), 1, 2).double())  # fmt: skip
    optimizer = SGD(members, [Training(learning_rate=0.8 / (i + 1)) for i in range(len(given))])
    return Schedule(given, optimizer, epochs, STEPS)


def rates(
    *given: settings.Schedule, losses: list[float] = LOSSES, stop: int | None = None
) -> list[list[float]]:
    """The rates of each member in every step; a member is frozen after the epoch `stop`."""
    schedule = scheduled(*given, epochs=len(losses))
    schedule.after_epoch(0, torch.full((len(given),), 0.01))  # torch never sees epoch 0
    found, step = [], 0
    for epoch, loss in enumerate(losses, 1):
        for _ in range(STEPS):
            schedule.before_step(step)
            found.append(schedule.optimizer.hyper.learning_rate[:, 0].tolist())
            step += 1
        if epoch == stop:
            freeze(schedule.optimizer, torch.tensor([True] + [False] * (len(given) - 1)))
        schedule.after_epoch(epoch, torch.full((len(given),), loss, dtype=torch.float64))
    return [list(of_member) for of_member in zip(*found, strict=True)]


def torch_rates(make: Make, *, rate: float = 0.8, steps: int = EPOCHS * STEPS) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=rate)
    scheduler, found = make(optimizer), []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def after_warmup(epochs: int, make: Make) -> Make:
    def both(o: torch.optim.Optimizer) -> Any:
        warmup = lr_scheduler.LinearLR(o, start_factor=0.01, total_iters=epochs * STEPS)
        return lr_scheduler.SequentialLR(o, [warmup, make(o)], milestones=[epochs * STEPS])

    return both


ALL = EPOCHS * STEPS
KINDS: dict[str, tuple[dict[str, Any], Make]] = {
    "step": ({"kind": "step", "every_epochs": 3, "factor": 0.5},
             lambda o: lr_scheduler.StepLR(o, 3 * STEPS, gamma=0.5)),
    "cosine": ({"kind": "cosine"}, lambda o: lr_scheduler.CosineAnnealingLR(o, ALL)),
    "cosine to a tenth": ({"kind": "cosine", "end_factor": 0.1},
                          lambda o: lr_scheduler.CosineAnnealingLR(o, ALL, eta_min=0.08)),
    "linear": ({"kind": "linear"}, lambda o: lr_scheduler.LinearLR(o, 1, 0, ALL)),
    "linear to a half": ({"kind": "linear", "end_factor": 0.5},
                         lambda o: lr_scheduler.LinearLR(o, 1, 0.5, ALL)),
    "one_cycle": ({"kind": "one_cycle"},
                  lambda o: lr_scheduler.OneCycleLR(o, 0.8, ALL, cycle_momentum=False)),
    "one_cycle, late": ({"kind": "one_cycle", "rise": 0.62},
                        lambda o: lr_scheduler.OneCycleLR(o, 0.8, ALL, cycle_momentum=False,
                                                          pct_start=0.62)),
    "constant after warm-up": ({"warmup_epochs": 2},
                               after_warmup(2, lambda o: lr_scheduler.ConstantLR(o, 1))),
    "step after warm-up": ({"kind": "step", "every_epochs": 4, "warmup_epochs": 3},
                           after_warmup(3, lambda o: lr_scheduler.StepLR(o, 4 * STEPS))),
    "cosine after warm-up": ({"kind": "cosine", "warmup_epochs": 1},
                             after_warmup(1, lambda o: lr_scheduler.CosineAnnealingLR(
                                 o, ALL - STEPS))),
    "linear after warm-up": ({"kind": "linear", "end_factor": 0.2, "warmup_epochs": 5},
                             after_warmup(5, lambda o: lr_scheduler.LinearLR(
                                 o, 1, 0.2, ALL - 5 * STEPS))),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_torchs(kind: str) -> None:
    given, make = KINDS[kind]
    (ours,) = rates(settings.Schedule(**given))
    theirs = torch_rates(make)
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    assert len(set(theirs)) > 1


@pytest.mark.slow
def test_every_member_has_its_own_schedule() -> None:
    kinds = [given for given, _ in KINDS.values()]
    together = rates(*[settings.Schedule(**given) for given in kinds])
    for member, given in enumerate(kinds):
        (alone,) = rates(settings.Schedule(**given))
        assert together[member] == pytest.approx([rate / (member + 1) for rate in alone])


def wandering(seed: int) -> list[float]:
    """Losses that fall, rise and stay about the same, with steps near torch's threshold of 1e-4."""
    rng = np.random.default_rng(seed)
    steps = rng.choice([-0.05, -2e-4, -5e-5, 0.0, 5e-5, 0.02], size=60)
    return list(1.0 + np.cumsum(steps))


def plateaus(patience: int, losses: list[float]) -> list[float]:
    """torch's rate in every epoch."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.8)
    scheduler, found = lr_scheduler.ReduceLROnPlateau(optimizer, "min", 0.1, patience), []
    for loss in losses:
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(loss)
    return found


@pytest.mark.parametrize("patience", [1, 2, 3])
@pytest.mark.parametrize("losses", [LOSSES, *map(wandering, range(4))])
def test_plateau_is_torchs_reduce_lr_on_plateau(patience: int, losses: list[float]) -> None:
    """Down to its smallest change of 1e-8, where both stop lowering it."""
    (ours,) = rates(settings.Schedule(kind="plateau", patience=patience), losses=losses)
    theirs = plateaus(patience, losses)
    assert ours[::STEPS] == pytest.approx(theirs)
    assert len(set(theirs)) > 1


def test_a_plateau_is_looked_for_after_the_warm_up() -> None:
    schedule = settings.Schedule(kind="plateau", patience=1, warmup_epochs=3)
    (ours,) = rates(schedule)
    assert ours[: 3 * STEPS] == pytest.approx(np.linspace(0.008, 0.8, 3 * STEPS, endpoint=False))
    assert ours[3 * STEPS :: STEPS] == pytest.approx(plateaus(1, LOSSES[3:]))


def test_constant_stays() -> None:
    assert rates(settings.Schedule()) == [pytest.approx([0.8] * ALL)]


@pytest.mark.parametrize("kind", ["constant", "step", "plateau", "cosine", "one_cycle"])
def test_a_frozen_member_stays_frozen(kind: str) -> None:
    schedule = settings.Schedule.model_validate({"kind": kind})
    frozen, other = rates(schedule, schedule, stop=4)
    assert set(frozen[4 * STEPS :]) == {0.0}
    assert min(other) > 0


@pytest.mark.slow
def test_a_restored_schedule_goes_on() -> None:
    given = settings.Schedule(kind="plateau", patience=1, warmup_epochs=1)
    whole, half = scheduled(given), scheduled(given)
    for epoch, loss in enumerate(LOSSES, 1):
        for schedule in (whole, half):
            schedule.before_step(epoch * STEPS)
            schedule.after_epoch(epoch, torch.tensor([loss], dtype=torch.float64))
        kept, hyper = half.state(), half.optimizer.hyper
        half = scheduled(given)
        for name in ("base_rate", "learning_rate"):
            getattr(half.optimizer.hyper, name).copy_(getattr(hyper, name))
        half.restore(kept)
        assert torch.equal(hyper.learning_rate, whole.optimizer.hyper.learning_rate)
    assert whole.optimizer.hyper.learning_rate.item() < 0.1


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_one_cycle_of_few_steps_is_finite(steps: int) -> None:
    schedule = Schedule([settings.Schedule(kind="one_cycle")], scheduled(settings.Schedule())
                        .optimizer, 1, steps)  # fmt: skip
    for step in range(steps):
        schedule.before_step(step)
        assert 0 < schedule.optimizer.hyper.learning_rate.item() <= 0.8
