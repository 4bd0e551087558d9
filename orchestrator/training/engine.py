"""Trains a pack: chooses how its members are computed, and trains them."""

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from orchestrator.models.build import build, draw, materialise
from orchestrator.models.own.process_settings import kept_settings
from orchestrator.models.settings.own import OwnModel
from orchestrator.models.shape import TaskShape
from orchestrator.plan.records import Pack, Trial
from orchestrator.seeds import seed_for
from orchestrator.study.settings import KEEP, Keep
from orchestrator.training.batches import batch_size
from orchestrator.training.checkpoint_policy import CheckpointPolicy
from orchestrator.training.checkpoints import Checkpointer
from orchestrator.training.choose_stacking import Rehearsal, choose_stacking
from orchestrator.training.data import TrialData, load_data
from orchestrator.training.distributed.process_group import ALONE, ProcessGroup
from orchestrator.training.distributed.separable import require_separable
from orchestrator.training.global_random import kept_generators, seed_generators
from orchestrator.training.loop import train_members
from orchestrator.training.losses.choose import loss_of
from orchestrator.training.random_streams import RandomStreams
from orchestrator.training.recorder import Recorder
from orchestrator.training.records import PackRows, joined
from orchestrator.training.stacking.members import Members, cast, single
from orchestrator.training.stacking.memory import stack_size

EXAMPLES = 3  # on which stacking is compared with single models
OTHERS = 2  # models of own code that are compared besides those of the pack


def train(
    pack: Pack,
    device: str = "cpu",
    threads: int = 1,
    precision: torch.dtype = torch.float32,
    checkpoints: CheckpointPolicy | None = None,
    group: ProcessGroup = ALONE,
    keep: Keep = KEEP,
) -> PackRows:
    """Train every trial of the pack and return its rows; diverged trials are rows as well.

    Members train stacked where the model can be stacked, as many as fit into memory at once, else
    one after another.
    checkpoints: where they are written; training continues from the last one there.
    group: the processes that train this pack, of a single trial, together; the rows of the first
        are those of the trial, the others' lack the probes.
    keep: what is kept besides metrics and gradients.
    """
    torch.set_num_threads(threads)
    # TensorFloat-32 keeps 10 bits of the mantissa: too few for gradients that vanish.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    data = load_data(pack.trials, pack.study_seed, device, precision, group)
    if group.size > 1:
        return _train_together(pack, data, precision, threads, checkpoints, keep)
    return train_on(pack, data, precision, threads, checkpoints, keep)


def train_on(
    pack: Pack,
    data: TrialData,
    precision: torch.dtype,
    threads: int = 1,
    checkpoints: CheckpointPolicy | None = None,
    keep: Keep = KEEP,
) -> PackRows:
    """`train` in this process, on data that are loaded."""
    device = data.inputs.device.type
    rehearsal = rehearsal_of(pack, data, precision)
    stack = choose_stacking(rehearsal) if len(set(data.shapes)) == 1 else None
    models = [build() for build in rehearsal.builds[: len(pack.trials)]]
    batch = batch_size(pack.trials[0].variant.loop.training, data)
    with kept_settings():
        size = stack_size(stack(models[:1]), rehearsal.inputs[:1], batch) if stack else 1
    checkpointer = Checkpointer(checkpoints, size)
    rows = []
    for number, start in enumerate(range(0, len(models), size)):
        part = slice(start, start + size)
        members = stack(models[part]) if stack else single(models[start])
        own_data = data.of(part)
        recorder = Recorder(pack, pack.trials[part], own_data.known, keep)
        if not checkpointer.is_finished(number, recorder):
            _train_stack(members, own_data, recorder, checkpointer)
            checkpointer.finish(recorder)
        execution = "stacked" if stack else "sequential"
        tables = recorder.rows(execution=execution, device=device, threads=threads)
        rows.append(_with_kept(tables, recorder, members, own_data))
    return joined(rows)


def _train_together(
    pack: Pack,
    data: TrialData,
    precision: torch.dtype,
    threads: int,
    checkpoints: CheckpointPolicy | None,
    keep: Keep,
) -> PackRows:
    """Train the only trial of the pack in several processes."""
    (trial,), group = pack.trials, data.group
    few, _ = data.take(data.splits["train"][:, :EXAMPLES])

    build = partial(_built, trial, data.shape, pack.study_seed, few[0], few.device, precision)
    with kept_settings():
        require_separable(build, few[0])
    members = replace(single(build()), sum_gradients=group.sum_gradients)
    recorder = Recorder(pack, pack.trials, data.known, keep)
    _train_stack(members, data, recorder, Checkpointer(checkpoints, size=1))
    device, all_threads = few.device.type, threads * group.size
    tables = recorder.rows(execution="parallel", device=device, threads=all_threads)
    return _with_kept(tables, recorder, members, data)


def _with_kept(tables: PackRows, recorder: Recorder, members: Members, data: TrialData) -> PackRows:
    """With the files that are kept of each trial."""
    weights, predictions = recorder.weight_files(members), recorder.prediction_tables(data)
    return replace(tables, weights=weights, predictions=predictions)


def rehearsal_of(pack: Pack, data: TrialData, precision: torch.dtype) -> Rehearsal:
    """A training step of all trials, and of others where model or loss are own code.

    The others are the same beside any members: what they show does not depend on the pack.
    """
    trials, shapes = pack.trials, list(data.shapes)
    settings = trials[0].variant.loop
    rows = data.splits["train"][:, :EXAMPLES]
    if isinstance(settings.model, OwnModel) or "training.loss" in type(settings.training).own_parts:
        others = [replace(trials[0], replicate=-1 - number) for number in range(OTHERS)]
        trials, rows = (*trials, *others), torch.cat([rows, rows[:1].expand(OTHERS, -1)])
        shapes += shapes[:1] * OTHERS
    inputs, targets = data.take(rows)
    device = data.inputs.device
    builds = [
        partial(_built, trial, shape, pack.study_seed, example, device, precision)
        for trial, shape, example in zip(trials, shapes, inputs, strict=True)
    ]
    trainings = [trial.variant.loop.training for trial in trials]
    return Rehearsal(builds, inputs, targets, trainings, loss_of(settings))


def _built(
    trial: Trial,
    shape: TaskShape,
    study_seed: int,
    example: Tensor,
    device: torch.device,
    precision: torch.dtype,
) -> nn.Module:
    return cast(build_model(trial, shape, study_seed, example), device, precision)


def _train_stack(
    members: Members, data: TrialData, recorder: Recorder, checkpointer: Checkpointer
) -> None:
    settings = [trial.variant.loop for trial in recorder.trials]
    random_streams = RandomStreams(recorder.trials, recorder.pack.study_seed)
    with kept_generators(), kept_settings():
        train_members(members, data, settings, random_streams, recorder, checkpointer)


def build_model(
    trial: Trial, shape: TaskShape, study_seed: int, example: Tensor | None = None
) -> nn.Module:
    """The untrained model of one trial; every parameter is drawn from its own stream.

    example: inputs, (examples, …), by which lazy layers of own code find their sizes.
    """

    def generator_for(parameter: str) -> torch.Generator:
        seed = seed_for("init", trial.seed_name, parameter, study_seed=study_seed)
        return torch.Generator().manual_seed(seed)

    settings = trial.variant.loop.model
    with kept_generators(), kept_settings():  # constructors in the user's code draw as well
        seed_generators(seed_for("init", trial.seed_name, study_seed=study_seed))
        model = build(settings, shape)
        if example is not None:
            materialise(model, _on_cpu(example))
    draw(model, settings, generator_for)
    return model


def _on_cpu(example: Tensor) -> Tensor:
    """In the precision in which models are built."""
    return example.cpu().float() if example.is_floating_point() else example.cpu()
