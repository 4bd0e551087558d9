"""Trains a pack: chooses how its members are computed, and trains them."""

import torch
from torch import nn

from orchestrator.models.build import build, draw
from orchestrator.models.shape import TaskShape
from orchestrator.plan.records import Pack, Trial
from orchestrator.seeds import seed_for
from orchestrator.training.batches import batch_size
from orchestrator.training.checkpoints import Saves
from orchestrator.training.data import load_data
from orchestrator.training.distributed.process_group import ALONE, Ranks
from orchestrator.training.distributed.separable import require_separable
from orchestrator.training.keeping import Keeping
from orchestrator.training.loop import train_members
from orchestrator.training.random_streams import Streams
from orchestrator.training.recorder import Recorder, joined
from orchestrator.training.records import PackRows
from orchestrator.training.stacking.members import single, way_to_stack
from orchestrator.training.stacking.memory import stack_size

EXAMPLES = 3  # on which stacking is compared with single models


def train(
    pack: Pack,
    device: str = "cpu",
    threads: int = 1,
    precision: torch.dtype = torch.float32,
    keeping: Keeping | None = None,
    ranks: Ranks = ALONE,
) -> PackRows:
    """Train every trial of the pack and return its rows; diverged trials are rows as well.

    Members train stacked where the model can be stacked, as many as fit into memory at once, else
    one after another.
    keeping: of checkpoints, from the last of which it goes on.
    ranks: the processes that train this pack, of a single trial, together; the rows of the first
        are those of the trial, the others' lack the probes.
    """
    torch.set_num_threads(threads)
    # TensorFloat-32 keeps 10 bits of the mantissa: too few for gradients that vanish.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    data = load_data(pack.trials, pack.study_seed, device, precision)
    models = [
        build_model(trial, data.shape, pack.study_seed).to(device, precision)
        for trial in pack.trials
    ]
    few, _ = data.take(data.splits["train"][:, :EXAMPLES])
    if ranks.count > 1:
        (model,) = models
        require_separable(model, few[0])
        diary = Recorder(pack, pack.trials, data.known)
        streams, saves = Streams(pack.trials, pack.study_seed), Saves(keeping, 1)
        train_members(single(model), data, streams, diary, saves, ranks)
        return diary.rows(execution="parallel", device=device, threads=threads * ranks.count)
    stack = way_to_stack(models, few)
    batch = batch_size(pack.trials[0].variant.settings.training, data)
    size = stack_size(stack(models[:1]), few[:1], batch) if stack else 1
    saves = Saves(keeping, size)
    rows = []
    for number, start in enumerate(range(0, len(models), size)):
        portion = slice(start, start + size)
        own, trials = data.of(portion), pack.trials[portion]
        members = stack(models[portion]) if stack else single(models[start])
        diary = Recorder(pack, trials, own.known)
        if not saves.is_done(number, diary):
            train_members(members, own, Streams(trials, pack.study_seed), diary, saves)
            saves.finished(diary)
        execution = "stacked" if stack else "sequential"
        rows.append(diary.rows(execution=execution, device=device, threads=threads))
    return joined(rows)


def build_model(trial: Trial, shape: TaskShape, study_seed: int) -> nn.Module:
    """The untrained model of one trial; every parameter is drawn from its own stream."""

    def generator_for(parameter: str) -> torch.Generator:
        seed = seed_for("init", trial.seed_name, parameter, study_seed=study_seed)
        return torch.Generator().manual_seed(seed)

    settings = trial.variant.settings.model
    with torch.random.fork_rng(devices=[]):  # for constructors of the user's own, which draw
        torch.manual_seed(seed_for("init", trial.seed_name, study_seed=study_seed))
        model = build(settings, shape)
    draw(model, settings, generator_for)
    return model
