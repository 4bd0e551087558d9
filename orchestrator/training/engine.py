"""Trains a pack: chooses how its members are computed, and trains them."""

from dataclasses import replace

import torch
from torch import nn

from orchestrator.models.build import build, draw
from orchestrator.models.shape import TaskShape
from orchestrator.plan.records import Pack, Trial
from orchestrator.seeds import seed_for
from orchestrator.training.batches import batch_size
from orchestrator.training.checkpoint_policy import CheckpointPolicy
from orchestrator.training.checkpoints import Checkpointer
from orchestrator.training.data import TrialData, load_data
from orchestrator.training.distributed.process_group import ALONE, ProcessGroup
from orchestrator.training.distributed.separable import require_separable
from orchestrator.training.loop import train_members
from orchestrator.training.random_streams import RandomStreams
from orchestrator.training.recorder import Recorder, joined
from orchestrator.training.records import PackRows
from orchestrator.training.stacking.members import Members, find_stacking, single
from orchestrator.training.stacking.memory import stack_size

EXAMPLES = 3  # on which stacking is compared with single models


def train(
    pack: Pack,
    device: str = "cpu",
    threads: int = 1,
    precision: torch.dtype = torch.float32,
    checkpoints: CheckpointPolicy | None = None,
    group: ProcessGroup = ALONE,
) -> PackRows:
    """Train every trial of the pack and return its rows; diverged trials are rows as well.

    Members train stacked where the model can be stacked, as many as fit into memory at once, else
    one after another.
    checkpoints: where they are written; training continues from the last one there.
    group: the processes that train this pack, of a single trial, together; the rows of the first
        are those of the trial, the others' lack the probes.
    """
    torch.set_num_threads(threads)
    # TensorFloat-32 keeps 10 bits of the mantissa: too few for gradients that vanish.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    data = load_data(pack.trials, pack.study_seed, device, precision, group)
    models = [
        build_model(trial, data.shape, pack.study_seed).to(device, precision)
        for trial in pack.trials
    ]
    few, _ = data.take(data.splits["train"][:, :EXAMPLES])
    if group.size > 1:
        (model,) = models
        require_separable(model, few[0])
        members = replace(single(model), sum_gradients=group.sum_gradients)
        recorder = Recorder(pack, pack.trials, data.known)
        _train_stack(members, data, recorder, Checkpointer(checkpoints, size=1))
        return recorder.rows(execution="parallel", device=device, threads=threads * group.size)
    stack = find_stacking(models, few)
    batch = batch_size(pack.trials[0].variant.settings.training, data)
    size = stack_size(stack(models[:1]), few[:1], batch) if stack else 1
    checkpointer = Checkpointer(checkpoints, size)
    rows = []
    for number, start in enumerate(range(0, len(models), size)):
        part = slice(start, start + size)
        members = stack(models[part]) if stack else single(models[start])
        own_data = data.of(part)
        recorder = Recorder(pack, pack.trials[part], own_data.known)
        if not checkpointer.is_finished(number, recorder):
            _train_stack(members, own_data, recorder, checkpointer)
            checkpointer.finish(recorder)
        execution = "stacked" if stack else "sequential"
        rows.append(recorder.rows(execution=execution, device=device, threads=threads))
    return joined(rows)


def _train_stack(
    members: Members, data: TrialData, recorder: Recorder, checkpointer: Checkpointer
) -> None:
    settings = [trial.variant.settings for trial in recorder.trials]
    random_streams = RandomStreams(recorder.trials, recorder.pack.study_seed)
    train_members(members, data, settings, random_streams, recorder, checkpointer)


def build_model(trial: Trial, shape: TaskShape, study_seed: int) -> nn.Module:
    """The untrained model of one trial; every parameter is drawn from its own stream."""

    def generator_for(parameter: str) -> torch.Generator:
        seed = seed_for("init", trial.seed_name, parameter, study_seed=study_seed)
        return torch.Generator().manual_seed(seed)

    settings = trial.variant.settings.model
    with torch.random.fork_rng(devices=[]):  # constructors in the user's code draw as well
        torch.manual_seed(seed_for("init", trial.seed_name, study_seed=study_seed))
        model = build(settings, shape)
    draw(model, settings, generator_for)
    return model
