"""The training loop."""

from collections.abc import Sequence

from torch import Tensor

from orchestrator.models.catalogue import task_entry
from orchestrator.models.own.process_settings import ProcessSettings
from orchestrator.study.records import LoopSettings
from orchestrator.training.batches import batch_size, batches, steps_per_epoch
from orchestrator.training.checkpoints import Checkpointer, TrainingState
from orchestrator.training.data import TrialData
from orchestrator.training.evaluation import Metrics, evaluate
from orchestrator.training.global_random import seed_generators
from orchestrator.training.kept.collected import Collected
from orchestrator.training.losses.choose import loss_of
from orchestrator.training.optim.early_stopping import EarlyStopping
from orchestrator.training.optim.optimizers.protocol import freeze
from orchestrator.training.optim.schedules import Schedule
from orchestrator.training.probes.schedule import ProbeSchedule
from orchestrator.training.random_streams import RandomStreams
from orchestrator.training.recorder import Recorder
from orchestrator.training.stacking.members import Members
from orchestrator.training.update import Update


def train_members(
    members: Members,
    data: TrialData,
    settings: Sequence[LoopSettings],
    random_streams: RandomStreams,
    recorder: Recorder,
    checkpointer: Checkpointer,
) -> None:
    """Train all members in the same operations, each exactly as it would train alone.

    settings: of each member; they may differ in the numbers of the optimizer, of clipping and of
        label smoothing, in the schedule, and in the initialisation.
    """
    trainings = [each.training for each in settings]
    training, task = trainings[0], task_entry(settings[0].task)  # what all members have in common
    loss = loss_of(settings[0])
    update = Update(members, trainings, loss)
    optimizer = update.optimizer
    early_stopping = EarlyStopping.of(training, len(settings))
    steps = steps_per_epoch(training, data)
    schedule = Schedule([t.schedule for t in trainings], optimizer, training.epochs, steps)
    probes = ProbeSchedule(members, data, settings[0], update.loss, random_streams, recorder)
    state = TrainingState(members, optimizer, early_stopping, schedule, recorder)
    first_epoch, step = checkpointer.resume(state)  # 0, 0 without a checkpoint
    process = ProcessSettings()

    for epoch in range(first_epoch, training.epochs + 1):
        if epoch > 0:  # epoch 0 only measures the untrained networks
            members.model.train()
            seed_generators(random_streams.seed("dropout", epoch), members.model)
            for inputs, targets in batches(data, random_streams, epoch, batch_size(training, data)):
                gradient = update.gradient(inputs, targets)  # (members, parameters)
                probes.before_step(step)
                schedule.before_step(step)
                update.apply(gradient)
                step += 1

        is_last = epoch == training.epochs
        is_due = epoch % training.evaluate_every == 0 or is_last
        may_count = is_due and early_stopping.may_count(epoch, is_last)
        collected = Collected.of(recorder.keep, data, settings[0]) if may_count else Collected()
        seed_generators(random_streams.seed("evaluation", epoch), members.model)
        # (split, metric) → (members,)
        metrics = evaluate(members, data, loss, task, collected) if is_due else {}
        diverged = ~_finite(members, metrics)  # (members,)
        if recorder.diverged(diverged, epoch):
            members.flat[diverged] = 0  # finite again; with a learning rate of 0 it stays so
            freeze(optimizer, diverged)
        if is_due:
            recorder.measured(epoch, step, metrics)
            early_stopping.update(epoch, metrics["validation", "loss"])
            counting = early_stopping.counting(epoch, is_last)
            recorder.counted(epoch, counting)
            recorder.best_so_far(epoch, members, early_stopping.best_epoch == epoch)
            recorder.answered(epoch, collected.answer_rows(data, counting))
            recorder.predicted(collected.predictions_of(data, counting))
        probes.after_epoch(epoch, step, early_stopping.stopping)
        if recorder.stopped(early_stopping.stopping, epoch):
            freeze(optimizer, early_stopping.stopping)
        schedule.after_epoch(epoch, metrics.get(("validation", "loss")))
        if not recorder.active.any():
            break  # all have diverged or stopped early
        process.restore()  # each epoch begins alike, also one that resumes from a checkpoint
        checkpointer.after_epoch(epoch, step, state)
    recorder.ended(members)


def _finite(members: Members, metrics: Metrics) -> Tensor:
    """Which members still have finite parameters and losses, (members,) of bool.

    A metric may have no value in an epoch; that says nothing of the training.
    """
    finite = members.flat.isfinite().all(1)
    for (_, name), values in metrics.items():
        if name == "loss":
            finite &= values.to(finite.device).isfinite()
    return finite
