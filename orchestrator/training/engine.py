"""Trains a pack: all its members side by side, each exactly as it would train alone."""

import torch
from torch import Tensor, nn

from models.catalogue import MODELS, TASKS, resolve
from models.initializers import initialize
from models.losses import LOSSES
from orchestrator.plan.records import Pack, Trial
from orchestrator.seeds import seed_for
from orchestrator.study.records import TrialSettings
from orchestrator.training.clipping import clipping
from orchestrator.training.data import PackData, load_data
from orchestrator.training.evaluation import evaluate
from orchestrator.training.optimizers import OPTIMIZERS
from orchestrator.training.probes import probe
from orchestrator.training.recorder import Recorder
from orchestrator.training.records import PackRows
from orchestrator.training.stacking import Stack, stack


def train(
    pack: Pack,
    device: str = "cpu",
    threads: int = 1,
    precision: torch.dtype = torch.float32,
) -> PackRows:
    """Train every trial of the pack and return its rows; diverged trials are rows as well."""
    torch.set_num_threads(threads)
    diary = Recorder(pack)
    settings = pack.trials[0].variant.settings  # what all members have in common
    trainings = [trial.variant.settings.training for trial in pack.trials]
    data = load_data(pack, device, precision)
    members = stack([build_model(pack, trial, data).to(device, precision) for trial in pack.trials])
    loss = LOSSES[settings.training.loss or TASKS[settings.task.name].loss]
    optimizer = OPTIMIZERS[settings.training.optimizer](members, trainings)
    clip = clipping(trainings, members.flat)
    batch_size = _batch_size(settings, data)
    probe_rows = _probe_rows(pack, data)
    step = 0

    for epoch in range(settings.training.epochs + 1):  # epoch 0 is before training
        if epoch > 0:
            members.model.train()
            for rows in _shuffled(pack, data, epoch).split(batch_size, dim=1):  # (members, batch)
                outputs = members.model(data.inputs[rows])  # (members, batch, classes)
                losses = loss(outputs, data.targets[rows]).mean(1)  # (members,)
                # Members share no parameter: the gradient of the sum is everyone's own.
                gradients = torch.autograd.grad(losses.sum(), members.parameters)
                optimizer.step(clip(members.flatten(gradients)))
                step += 1

        metrics = evaluate(members, data, loss)  # (split, metric) → (members,)
        diverged = ~_finite(members, metrics)
        if diary.diverged(diverged, epoch):
            members.flat[diverged] = 0  # finite again; with a step size of 0 it stays so
            optimizer.freeze(diverged)
        diary.measured(epoch, step, metrics)
        if _probe_is_due(settings, epoch):
            diary.probed(
                epoch, step, probe(members, loss, data.inputs[probe_rows], data.targets[probe_rows])
            )

    return diary.rows(execution="stacked", device=device, threads=threads)


def build_model(pack: Pack, trial: Trial, data: PackData) -> nn.Module:
    """The untrained model of one trial; every parameter is drawn from its own stream."""
    settings = trial.variant.settings.model
    kwargs = settings.model_dump(exclude={"name", "init"})
    model: nn.Module = resolve(MODELS[settings.name].factory)(
        data.shape.features, data.shape.values, **kwargs
    )

    def generator_for(parameter: str) -> torch.Generator:
        seed = seed_for("init", trial.replicate, parameter, study_seed=pack.study_seed)
        return torch.Generator().manual_seed(seed)

    initialize(model, settings.init, generator_for)
    return model


def _batch_size(settings: TrialSettings, data: PackData) -> int:
    size = settings.training.batch_size
    return data.splits["train"].shape[1] if size == "full" else size


def _shuffled(pack: Pack, data: PackData, epoch: int) -> Tensor:
    """Training rows in the order of this epoch, (members, examples)."""
    return data.splits["train"].gather(1, _permutations(pack, data, "order", epoch))


def _probe_rows(pack: Pack, data: PackData) -> Tensor:
    """Training rows of the probe batch, (members, examples)."""
    examples = pack.trials[0].variant.settings.probes.examples
    return data.splits["train"].gather(1, _permutations(pack, data, "probe")[:, :examples])


def _permutations(pack: Pack, data: PackData, stream: str, *details: int) -> Tensor:
    """One random order of the training examples a member, equal within a replicate."""
    rows = data.splits["train"]
    orders = {}
    for replicate in {trial.replicate for trial in pack.trials}:
        seed = seed_for(stream, replicate, *details, study_seed=pack.study_seed)
        generator = torch.Generator().manual_seed(seed)
        orders[replicate] = torch.randperm(rows.shape[1], generator=generator)
    return torch.stack([orders[trial.replicate] for trial in pack.trials]).to(rows.device)


def _probe_is_due(settings: TrialSettings, epoch: int) -> bool:
    probes, last = settings.probes, settings.training.epochs
    return probes.examples > 0 and (epoch % probes.every_epochs == 0 or epoch == last)


def _finite(members: Stack, metrics: dict[tuple[str, str], Tensor]) -> Tensor:
    """Which members still have finite parameters and losses, (members,) of bool."""
    finite = members.flat.isfinite().all(1)
    for values in metrics.values():
        finite &= values.to(finite.device).isfinite()
    return finite
