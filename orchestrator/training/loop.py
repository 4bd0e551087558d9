"""The training loop."""

from math import ceil

import torch
from torch import Tensor

from orchestrator.models.catalogue import task_entry
from orchestrator.models.losses import LOSSES
from orchestrator.study.settings import Training
from orchestrator.training.batches import batch_size, batches
from orchestrator.training.checkpoints import Course, Saves
from orchestrator.training.data import TrialData
from orchestrator.training.distributed.process_group import ALONE, Ranks
from orchestrator.training.evaluation import Metrics, evaluate
from orchestrator.training.masked_means import mean_per_member
from orchestrator.training.optim.clipping import clipping
from orchestrator.training.optim.optimizers import OPTIMIZERS, freeze
from orchestrator.training.optim.schedules import Plateau, follow
from orchestrator.training.probes.schedule import Probing
from orchestrator.training.random_streams import Streams
from orchestrator.training.recorder import Recorder
from orchestrator.training.stacking.members import Members


def train_members(
    members: Members,
    data: TrialData,
    streams: Streams,
    diary: Recorder,
    saves: Saves,
    ranks: Ranks = ALONE,
) -> None:
    """Train all members side by side, each exactly as it would train alone.

    ranks: several processes may train one member together; all take the same steps.
    """
    settings = streams.trials[0].variant.settings  # what all members have in common
    training = settings.training
    trainings = [trial.variant.settings.training for trial in streams.trials]
    task = task_entry(settings.task)
    loss = LOSSES[training.loss or task.loss]
    optimizer = OPTIMIZERS[training.optimizer](members, trainings)
    clip = clipping(trainings, members.flat)
    size = batch_size(training, data)
    steps_an_epoch = ceil(data.splits["train"].shape[1] / size)
    probing = Probing(members, data, streams, loss)
    plateau = Plateau(len(members.flat))
    course = Course(members, optimizer, plateau, diary)
    first, step = saves.resume(course)

    for epoch in range(first, training.epochs + 1):  # epoch 0 is before training
        if epoch > 0:
            members.model.train()
            torch.manual_seed(streams.seed("dropout", epoch))  # nn.Dropout takes no generator
            for batch in batches(data, streams, epoch, size):
                inputs, targets, weight = ranks.share(*batch)
                outputs = members.model(inputs)  # (members, batch, …)
                losses = mean_per_member(loss(outputs, targets), targets)  # (members,)
                if step + 1 == epoch * steps_an_epoch:
                    probing.before_last_step()
                # Members share no parameter: the gradient of the sum is everyone's own.
                gradient = ranks.total(members.gradient(losses.sum()), weight)
                optimizer.step(clip(gradient))
                step += 1

        is_due = epoch % training.evaluate_every == 0 or epoch == training.epochs
        # (split, metric) → (members,)
        metrics = evaluate(members, data, loss, task, ranks) if is_due else {}
        diverged = ~_finite(members, metrics)
        if diary.diverged(diverged, epoch):
            members.flat[diverged] = 0  # finite again; with a step size of 0 it stays so
            freeze(optimizer, diverged)
        if is_due:
            diary.measured(epoch, step, metrics)
            plateau.saw(epoch, metrics["validation", "loss"])
        stopping = _stopping(training, plateau)
        if ranks.is_first:
            probing.after_epoch(epoch, step, stopping, diary)
        if diary.stopped(stopping, epoch, plateau.best_epoch):
            freeze(optimizer, stopping)
        if epoch > 0:
            follow(training.schedule, optimizer, plateau, epoch)
        if not diary.active.any():
            break  # all have diverged or stopped early
        saves.after_epoch(epoch, step, course)


def _stopping(training: Training, plateau: Plateau) -> Tensor:
    """Which members stop early now, or have done so, (members,) of bool."""
    if training.early_stopping is None:
        return torch.zeros_like(plateau.waited, dtype=torch.bool)
    return plateau.longer_than(training.early_stopping)


def _finite(members: Members, metrics: Metrics) -> Tensor:
    """Which members still have finite parameters and losses, (members,) of bool."""
    finite = members.flat.isfinite().all(1)
    for values in metrics.values():
        finite &= values.to(finite.device).isfinite()
    return finite
