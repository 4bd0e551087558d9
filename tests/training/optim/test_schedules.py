"""Learning-rate schedules against torch's, and early stopping."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import torch

from orchestrator.models.settings import MLP
from orchestrator.study import settings
from orchestrator.study.settings import Training
from orchestrator.training.engine import train
from orchestrator.training.optim.early_stopping import EarlyStopping
from orchestrator.training.optim.optimizers import SGD
from orchestrator.training.optim.schedules import Schedule
from tests.training.packs import pack, variant
from tests.training.stacking.stacked import stacked

LOSSES = [1.0, 0.9, 0.95, 0.9, 0.91, 0.89999, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.5]


def rates(given: settings.Schedule, losses: list[float]) -> list[float]:
    members = stacked([torch.nn.Linear(2, 2)], torch.ones(1, 1, 2))
    optimizer = SGD(members, [Training(learning_rate=0.8)])
    early_stopping, found = EarlyStopping(None, members=1), []
    schedule = Schedule(given, optimizer, early_stopping)
    for epoch, loss in enumerate(losses, 1):
        early_stopping.update(epoch, torch.tensor([loss], dtype=torch.float64))
        schedule.step(epoch)
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


@pytest.mark.parametrize("patience", [1, 2, 3])
def test_plateau_is_torchs_reduce_lr_on_plateau(patience: int) -> None:
    ours = rates(settings.Schedule(kind="plateau", patience=patience, factor=0.1), LOSSES)
    theirs = torch_rates(
        lambda o: torch.optim.lr_scheduler.ReduceLROnPlateau(o, factor=0.1, patience=patience),
        LOSSES,
        watches=True,
    )
    assert ours == pytest.approx(theirs)


def test_constant_stays() -> None:
    assert rates(settings.Schedule(), LOSSES) == pytest.approx([0.8] * len(LOSSES))


def test_a_trial_stops_when_validation_no_longer_improves() -> None:
    """A step size so large that it soon gets worse, beside one that goes on learning."""
    slow, wild = (
        variant(name, model=MLP(), epochs=12, early_stopping=2, learning_rate=rate)
        for name, rate in (("slow", 0.02), ("wild", 8.0))
    )
    rows = train(pack([slow, wild], replicates=1))
    trials = pd.DataFrame(rows.trials).set_index("trial_id")
    assert trials.status.tolist() == ["completed", "completed"]
    assert trials.epochs_done["slow-0"] == 12
    assert trials.epochs_done["wild-0"] < 12
    metrics = pd.DataFrame(rows.metrics)
    validation = metrics[(metrics.split == "validation") & (metrics.metric == "loss")]
    wild_losses = validation[validation.trial_id == "wild-0"].set_index("epoch").value
    assert wild_losses.index.max() == trials.epochs_done["wild-0"], "no rows after the stop"
    assert trials["final.validation/loss"]["wild-0"] == wild_losses.min(), "those of the best epoch"


def test_each_member_waits_by_itself() -> None:
    early_stopping = EarlyStopping(1, members=2)
    for epoch, losses in enumerate([[1.0, 1.0], [2.0, 0.5], [2.0, 0.4]]):
        early_stopping.update(epoch, torch.tensor(losses, dtype=torch.float64))
    assert early_stopping.stopping.tolist() == [True, False]
    assert early_stopping.best_epoch.tolist() == [0, 2]
