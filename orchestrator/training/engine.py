"""Trains a pack: chooses how its members are computed, and trains them."""

import torch
from torch import nn

from models.build import build, draw
from models.shape import TaskShape
from orchestrator.plan.records import Pack, Trial
from orchestrator.seeds import seed_for
from orchestrator.training.data import load_data
from orchestrator.training.loop import train_members
from orchestrator.training.members import side_by_side, single
from orchestrator.training.recorder import Recorder, joined
from orchestrator.training.records import PackRows
from orchestrator.training.streams import Streams

EXAMPLES = 3  # on which stacking is compared with single models


def train(
    pack: Pack,
    device: str = "cpu",
    threads: int = 1,
    precision: torch.dtype = torch.float32,
) -> PackRows:
    """Train every trial of the pack and return its rows; diverged trials are rows as well.

    Members of one structure train stacked where the model can be stacked, else one after another.
    """
    torch.set_num_threads(threads)
    # TensorFloat-32 keeps 10 bits of the mantissa: too few for gradients that vanish.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    data = load_data(pack.trials, pack.study_seed, device, precision)
    models = [
        build_model(trial, data.shape, pack.study_seed).to(device, precision)
        for trial in pack.trials
    ]
    inputs, _ = data.take(data.splits["train"][:, :EXAMPLES])
    members = side_by_side(models, inputs)
    if members is not None:
        diary = Recorder(pack, pack.trials, data.known)
        train_members(members, data, Streams(pack.trials, pack.study_seed), diary)
        return diary.rows(execution="stacked", device=device, threads=threads)
    rows = []
    for number, (trial, model) in enumerate(zip(pack.trials, models, strict=True)):
        own = data.of(number)
        diary = Recorder(pack, [trial], own.known)
        train_members(single(model), own, Streams([trial], pack.study_seed), diary)
        rows.append(diary.rows(execution="sequential", device=device, threads=threads))
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
