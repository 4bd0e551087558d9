"""Stacks of nets, as the training stage trains them, without evaluation: for several benchmarks."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time

import torch

from orchestrator.models.catalogue import task_entry
from orchestrator.models.losses import LOSSES
from orchestrator.models.settings import MLP, Activation, Digits, Init
from orchestrator.plan.records import Pack, Trial
from orchestrator.study.probes import Probes
from orchestrator.study.records import LoopSettings, Variant
from orchestrator.study.settings import Training
from orchestrator.training.batches import batches
from orchestrator.training.choose_stacking import choose_stacking
from orchestrator.training.data import TrialData, load_data
from orchestrator.training.engine import rehearsal_of
from orchestrator.training.masked_means import mean_per_member
from orchestrator.training.optim.optimizers.catalogue import OPTIMIZERS
from orchestrator.training.random_streams import RandomStreams
from orchestrator.training.stacking.members import Members


def make_trials(
    activation: Activation, depth: int, width: int = 30, members: int = 30, batch: int = 32
) -> list[Trial]:
    """One a replicate."""
    model = MLP(depth=depth, width=width, activation=activation, init=Init(scheme="normal"))
    settings = LoopSettings(Digits(), model, Training(batch_size=batch), Probes())
    variant = Variant("v", "v", {}, settings)
    return [Trial(f"t{replicate}", variant, replicate) for replicate in range(members)]


def load(trials: list[Trial], device: str = "cpu") -> TrialData:
    return load_data(trials, 0, device, torch.float32)


def stacked(trials: list[Trial], data: TrialData) -> Members:
    pack = Pack("pack", tuple(trials), "study", 0, "")
    rehearsal = rehearsal_of(pack, data, torch.float32)
    way = choose_stacking(rehearsal)
    if way is None:
        raise RuntimeError("these nets do not stack")
    return way([build() for build in rehearsal.builds])


def epoch(trials: list[Trial], data: TrialData, members: Members, number: int = 1) -> int:
    """Shuffle, take batches and step; returns the steps."""
    settings = trials[0].variant.loop
    trainings = [trial.variant.loop.training for trial in trials]
    loss = LOSSES[task_entry(settings.task).loss]
    optimizer, steps = OPTIMIZERS[settings.training.optimizer](members, trainings), 0
    for inputs, targets in batches(
        data, RandomStreams(trials, 0), number, int(trainings[0].batch_size)
    ):
        losses = mean_per_member(loss(members.model(inputs), targets), targets)
        optimizer.step(members.gradient(losses.sum()))
        steps += 1
    return steps


@contextmanager
def cpu_seconds() -> Iterator[list[float]]:
    """CPU seconds of this process spent inside: a busy machine changes their ratios little."""
    spent: list[float] = []
    started = process_time()
    yield spent
    spent.append(process_time() - started)
