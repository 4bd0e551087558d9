"""Tries own code before a study with it is accepted: as training runs it, on a few examples."""

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from orchestrator.models.catalogue import check_data, task_entry
from orchestrator.models.files.errors import DataError
from orchestrator.models.load import load_task
from orchestrator.models.own.data_faults import data_fault, differ
from orchestrator.models.own.process_settings import kept_settings
from orchestrator.models.settings import TaskSettings
from orchestrator.models.settings.own import OwnCode, OwnTask
from orchestrator.models.shape import PER_STEP
from orchestrator.models.tasks.dataset import Dataset, SeedFor
from orchestrator.plan.records import Pack, Trial
from orchestrator.seeds import seed_for
from orchestrator.study.records import LoopSettings, Variant
from orchestrator.training.batches import batch_size, steps_per_epoch
from orchestrator.training.data import TrialData, arrange
from orchestrator.training.engine import rehearsal_of, train_on
from orchestrator.training.global_random import kept_generators, seed_generators
from orchestrator.training.losses.choose import loss_of
from orchestrator.training.losses.own import OwnLoss
from orchestrator.training.parts.checks import (
    check_augment,
    check_loss,
    check_optimizer,
    check_schedule,
)
from orchestrator.training.parts.faults import Fault, Refused, called
from orchestrator.training.records import PackRows
from orchestrator.training.stacking.members import single, trained

EXAMPLES = 8  # of each split but that of training
MOST = 256  # examples of the batch that is trained on
SAME_ON_GPU = 1e-3  # relative: sums on a GPU may be added in any order
DATA_SETS = 8  # kept at a time


class Trials:
    """Tries the settings of variants, each different kind once.

    study_seed: the seeds are those of replicate 0.
    on_gpu: whether trials train on a GPU; without one here they are tried on the CPU.
    """

    def __init__(self, study_seed: int, *, on_gpu: bool) -> None:
        self.seed, self.seed_for = study_seed, partial(seed_for, replicate=0, study_seed=study_seed)
        self.device = "cuda" if on_gpu and torch.cuda.is_available() else "cpu"
        self._known: dict[Any, Fault | None] = {}
        self._data = lru_cache(maxsize=DATA_SETS)(self._load)

    def fault(self, settings: LoopSettings) -> Fault | None:
        """None if all is well, or if the data are not there to try it on."""
        training = settings.training
        kind: Any = (
            settings.model,
            settings.task,
            training.optimizer,
            training.loss,
            training.batch_size,
        )
        if type(training).own_parts:
            kind = settings.model, settings.task, training
        if kind not in self._known:
            self._known[kind] = self._fault(settings)
        return self._known[kind]

    def _fault(self, settings: LoopSettings) -> Fault | None:
        with redirect_stdout(sys.stderr), kept_generators(), kept_settings():
            try:
                data = self._data(settings.task)
                if data is not None:
                    self._try(settings, data)
            except Refused as refused:
                return refused.fault
        return None

    def _load(self, task: TaskSettings) -> Dataset | None:
        try:
            check_data(task)
        except DataError:
            return None  # reported with the file, where its fingerprint is read
        if isinstance(task, OwnTask):
            return _own_data(task, self.seed_for)
        if task.download is not None:
            return None  # `check` downloads nothing
        return load_task(task, self.seed_for)

    def _try(self, settings: LoopSettings, dataset: Dataset) -> None:
        """Build, and train one batch with everything that an epoch does; raises Refused."""
        pack = _pack_of(settings, self.seed)
        data = arrange(pack.trials, {0: dataset}, self.device, torch.float32)
        try_it = _Try(pack, data, settings)
        built = try_it.model()
        if data.augment is not None:
            check_augment(data.augment, try_it.batch[0][0])
        _check_parameters(settings, built)
        again = try_it.model().parameters()
        if not all(map(torch.equal, built.parameters(), again)):
            what = f"{settings.model.name} draws different parameters each time, with the same seed"
            raise Refused("model.name", what, "draw them with torch, without your own generator")
        try_it.first_batch(built)
        try_it.parts(built)
        try_it.metrics(built)
        try_it.last_batch()
        one, other = try_it.trained(), try_it.trained()
        if not _same(one, other, 0.0 if self.device == "cpu" else SAME_ON_GPU):
            what = f"{settings.model.name} gives different results each time, with the same seeds"
            cure = "draw from torch, numpy.random or random, or from a generator of the module"
            raise Refused("model.name", what, f"{cure}: those are seeded")


@dataclass(frozen=True)
class _Try:
    """One trial and its data, of which little is used."""

    pack: Pack
    data: TrialData
    settings: LoopSettings

    @property
    def batch(self) -> tuple[Tensor, Tensor]:
        """Inputs and targets of a first batch, (1, examples, …)."""
        size = min(batch_size(self.settings.training, self.data), MOST)
        return self.data.take(self.data.splits["train"][:, :size])

    def model(self) -> nn.Module:
        """A new one, as training builds it."""
        build = rehearsal_of(self.pack, self.data, torch.float32).builds[0]
        return _called("model.name", self.settings.model, "", build)  # type: ignore[no-any-return]

    def first_batch(self, model: nn.Module) -> None:
        """Shape and gradient of the outputs for a batch, and for one example in evaluation."""
        outputs = self.outputs(model.train(), self.batch[0][0])
        if not outputs.requires_grad:
            name = self.settings.model.name
            raise Refused("model.name", f"no gradient reaches the parameters of {name}")
        one, _ = self.data.take(self.data.splits["train"][:, :1])
        with torch.no_grad():
            self.outputs(model.eval(), one[0])

    def outputs(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """The outputs, if they have the shape that the task needs."""
        name, shape = self.settings.model.name, self.data.shape
        fed = f" on inputs of the shape {tuple(inputs.shape)}"
        seed_generators(0, model)
        with kept_settings():
            outputs = _called("model.name", self.settings.model, fed, model, inputs)
        steps = (inputs.shape[1],) if shape.outputs in PER_STEP else ()
        needed = (len(inputs), *steps, shape.values)
        if tuple(outputs.shape) != needed:
            what = f"{name} gives outputs of the shape {tuple(outputs.shape)}{fed}"
            raise Refused("model.name", f"{what}, but the task needs {needed}")
        if not outputs.is_floating_point():
            what = f"{name} gives outputs of the type {outputs.dtype}{fed}, not real numbers"
            raise Refused("model.name", what)
        return outputs  # type: ignore[no-any-return]

    def parts(self, model: nn.Module) -> None:
        """The user's loss, optimizer and schedule."""
        loss, training = loss_of(self.settings), self.settings.training
        inputs, targets = self.batch
        if isinstance(loss, OwnLoss):
            check_loss(loss, self.outputs(model.train(), inputs[0]), targets[0])
        if "training.optimizer" in type(training).own_parts:
            check_optimizer(self.model, training)
        if "training.schedule.kind" in type(training).own_parts:
            check_schedule(training, steps_per_epoch(training, self.data))

    def metrics(self, model: nn.Module) -> None:
        """The user's metrics must give one number per example, for many networks at once too."""
        task, (inputs, targets) = self.settings.task, self.batch
        with torch.no_grad():
            outputs = self.outputs(model.eval(), inputs[0])
        for name, function in task_entry(task).functions.items():
            where = f" in the metric {name}"
            one = _called("task.name", task, where, function, outputs, targets[0])
            pair = _called("task.name", task, where, function, *_twice(outputs, targets[0]))
            needed = tuple(outputs.shape[:-1])
            if not isinstance(one, Tensor) or tuple(one.shape) != needed:
                got = tuple(one.shape) if isinstance(one, Tensor) else type(one).__name__
                what = f"the metric {name} of {task.name} gives {got}, not {needed}"
                cure = "give one number per example: mean over the last dimension"
                raise Refused("task.name", what, cure)
            both = torch.stack([one, one])
            if pair.shape != both.shape or not torch.allclose(pair, both, equal_nan=True):
                what = f"the metric {name} of {task.name} differs for two networks at once"
                raise Refused(
                    "task.name", what, "count dimensions from the end: leading ones are any"
                )

    def last_batch(self) -> None:
        """Batch norm cannot train on one example, and the last batch of an epoch may be one."""
        examples = self.data.splits["train"].shape[1]
        size = batch_size(self.settings.training, self.data)
        if size == 1 or examples % size != 1:
            return
        one, _ = self.data.take(self.data.splits["train"][:, :1])
        try:
            self.outputs(self.model().train(), one[0])
        except Refused as refused:
            cure = f"the last of the {examples} training examples is a batch by itself: "
            what = refused.fault.what
            raise Refused("model.name", what, f"{cure}choose another batch_size") from refused

    def trained(self) -> PackRows:
        """The rows of a training of one batch: an epoch with all that belongs to it."""
        cut = {
            split: rows[:, : self.batch[0].shape[1] if split == "train" else EXAMPLES]
            for split, rows in self.data.splits.items()
        }
        data = replace(self.data, splits=cut)
        rows: PackRows = _called(
            "model.name",
            self.settings.model,
            " in training",
            train_on,
            self.pack,
            data,
            torch.float32,
        )
        return rows


def _pack_of(settings: LoopSettings, study_seed: int) -> Pack:
    """A pack of one trial of one epoch."""
    short = {"epochs": 1, "evaluate_every": 1}
    probes = settings.probes.model_copy(
        update={"examples": min(settings.probes.examples, EXAMPLES)}
    )
    settings = replace(settings, training=settings.training.model_copy(update=short), probes=probes)
    trial = Trial("check", Variant("check", "check", {}, settings), replicate=0)
    return Pack("check", (trial,), study="check", study_seed=study_seed, code_digest="")


def _same(one: PackRows, other: PackRows, tolerance: float) -> bool:
    tables = [(rows.metrics["value"], rows.gradients["value"]) for rows in (one, other)]
    return all(
        len(a) == len(b) and np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
        for a, b in zip(*tables, strict=True)
    )


def _own_data(task: OwnTask, seed_for: SeedFor) -> Dataset:
    def load() -> Any:
        return _called("task.name", task, "", load_task, task, seed_for)

    data = load()
    if fault := data_fault(data, task_entry(task)):
        raise Refused("task.name", f"{task.name} {fault}")
    if differ(data, load()):
        what = f"{task.name} returns different data each time, with the same seeds"
        raise Refused("task.name", what, "draw whatever is random from seed_for")
    return data  # type: ignore[no-any-return]


def _twice(*tensors: Tensor) -> Iterator[Tensor]:
    return (torch.stack([tensor, tensor]) for tensor in tensors)


def _check_parameters(settings: LoopSettings, model: nn.Module) -> None:
    name = settings.model.name
    if not trained(model):
        raise Refused("model.name", f"{name} has no parameters to train")
    try:
        single(model)
    except ValueError as error:
        raise Refused("model.name", f"{name}: {error}") from error


def _called(
    path: str, settings: Any, when: str, function: Callable[..., Any], *arguments: Any
) -> Any:
    """The result of a call; any exception is a fault of the model or task with these settings."""
    code = getattr(settings, "code", OwnCode(settings.name, ()))
    return called(path, code, when, function, *arguments)
