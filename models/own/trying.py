"""Tries the user's code on a few examples, before a study with it is accepted."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from orchestrator.models.build import build, draw
from orchestrator.models.catalogue import check_data, task_entry
from orchestrator.models.files.errors import DataError
from orchestrator.models.load import as_taken, load_task
from orchestrator.models.own.data_faults import data_fault, differ
from orchestrator.models.own.importing import describe_error, importable
from orchestrator.models.settings import ModelSettings, TaskSettings
from orchestrator.models.settings.own import OwnCode, OwnModel, OwnTask
from orchestrator.models.shape import PER_STEP
from orchestrator.models.tasks.dataset import Dataset, SeedFor

EXAMPLES = 3
DATA_SETS = 8  # kept at a time


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and on which side."""

    section: Literal["model", "task"]
    what: str
    cure: str = ""


class Refused(Exception):
    """Carries a fault out of a trial."""

    def __init__(self, section: Literal["model", "task"], what: str, cure: str = "") -> None:
        super().__init__(what)
        self.fault = Fault(section, what, cure)


class Trials:
    """Tries pairs of a model and a task, each once; seed_for: random stream → seed."""

    def __init__(self, seed_for: SeedFor) -> None:
        self.seed_for = seed_for
        self.fault = lru_cache(maxsize=None)(self._fault)
        self._data = lru_cache(maxsize=DATA_SETS)(self._load)

    def _fault(
        self, model: ModelSettings, task: TaskSettings, batch_size: int | str
    ) -> Fault | None:
        """None if all is well, or if the data are not there to try it on."""
        with ExitStack() as stack:
            stack.enter_context(torch.random.fork_rng(devices=[]))
            for settings in (model, task):
                if isinstance(settings, OwnModel | OwnTask):
                    stack.enter_context(importable(settings.code.folders))
            try:
                data = self._data(task)
                if data is not None:
                    built = _try_model(model, data, self.seed_for("init"))
                    _try_metrics(task, model, built, data)
                    _try_last_batch(model, built, data, batch_size)
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


def _own_data(task: OwnTask, seed_for: SeedFor) -> Dataset:
    def load() -> Any:
        return _called("task", task, "", load_task, task, seed_for)

    data = load()
    if fault := data_fault(data, task_entry(task)):
        raise Refused("task", f"{task.name} {fault}")
    if differ(data, load()):
        what = f"{task.name} returns different data each time, with the same seeds"
        raise Refused("task", what, "draw whatever is random from seed_for")
    return data  # type: ignore[no-any-return]


def _try_model(settings: ModelSettings, data: Dataset, seed: int) -> nn.Module:
    model = _built(settings, data, seed)
    _check_parameters(settings, model)
    if isinstance(settings, OwnModel):
        again = _built(settings, data, seed).parameters()
        if not all(map(torch.equal, model.parameters(), again)):
            what = f"{settings.name} draws different parameters each time, with the same seed"
            raise Refused("model", what, "draw them with torch, without your own generator")
    _draw(settings, model, seed)
    outputs = _outputs(settings, model.train(), _examples(settings, data, EXAMPLES), data)
    if not outputs.requires_grad:
        raise Refused("model", f"no gradient reaches the parameters of {settings.name}")
    _outputs(settings, model.eval(), _examples(settings, data, 1), data)
    return model


def _try_metrics(
    task: TaskSettings, settings: ModelSettings, model: nn.Module, data: Dataset
) -> None:
    """The user's metrics must give one number per example, for many networks at once too."""
    outputs = model(_examples(settings, data, EXAMPLES)).detach()
    targets = data.targets[data.splits["train"][:EXAMPLES]]
    for name, function in task_entry(task).functions.items():
        where = f" in the metric {name}"
        single = _called("task", task, where, function, outputs, targets)
        pair = _called("task", task, where, function, *_twice(outputs, targets))
        needed = tuple(outputs.shape[:-1])
        if not isinstance(single, Tensor) or tuple(single.shape) != needed:
            got = tuple(single.shape) if isinstance(single, Tensor) else type(single).__name__
            what = f"the metric {name} of {task.name} gives {got}, not {needed}"
            raise Refused("task", what, "give one number per example: mean over the last dimension")
        if pair.shape != (2, *needed) or not torch.allclose(pair, torch.stack([single, single])):
            what = f"the metric {name} of {task.name} differs for two networks at once"
            raise Refused("task", what, "count dimensions from the end: leading ones are any")


def _twice(*tensors: Tensor) -> Iterator[Tensor]:
    return (torch.stack([tensor, tensor]) for tensor in tensors)


def _try_last_batch(
    settings: ModelSettings, model: nn.Module, data: Dataset, batch_size: int | str
) -> None:
    """Batch norm cannot train on a single example, and the last batch of an epoch may be one."""
    examples = len(data.splits["train"])
    if not isinstance(batch_size, int) or examples % batch_size != 1:
        return
    try:
        _outputs(settings, model.train(), _examples(settings, data, 1), data)
    except Refused as refused:
        cure = f"the last of the {examples} training examples is a batch by itself: "
        raise Refused("model", refused.fault.what, f"{cure}choose another batch_size") from refused


def _examples(settings: ModelSettings, data: Dataset, count: int) -> Tensor:
    """The first training examples, as the model gets them."""
    inputs = as_taken(settings, data.inputs[data.splits["train"][:count]])
    return inputs.float() if inputs.is_floating_point() else inputs


def _built(settings: ModelSettings, data: Dataset, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    model = _called("model", settings, "", build, settings, data.shape)
    if not isinstance(model, nn.Module):
        what = f"{settings.name} returned {type(model).__name__}, not a torch.nn.Module"
        raise Refused("model", what)
    return model


def _check_parameters(settings: ModelSettings, model: nn.Module) -> None:
    parameters = dict(model.named_parameters())
    if not parameters:
        raise Refused("model", f"{settings.name} has no parameters to train")
    for name, parameter in parameters.items():
        if isinstance(parameter, UninitializedParameter):
            what = f"{name} of {settings.name} has no size before the first forward pass"
            raise Refused("model", what, "give all sizes: use no Lazy layers")
        if not parameter.requires_grad:
            what = f"{name} of {settings.name} is a parameter that requires no gradient"
            raise Refused("model", what, "make it a buffer: self.register_buffer(…)")


def _draw(settings: ModelSettings, model: nn.Module, seed: int) -> None:
    def generator_for(_: str) -> torch.Generator:
        return torch.Generator().manual_seed(seed)

    try:
        draw(model, settings, generator_for)
    except TypeError as error:  # a layer that no rule knows
        cure = "leave model.init out: the constructor then draws"
        raise Refused("model", f"{settings.name}: {error}", cure) from error


def _outputs(settings: ModelSettings, model: nn.Module, inputs: Tensor, data: Dataset) -> Tensor:
    """The outputs, if they have the shape that the task needs."""
    fed = f" on inputs of the shape {tuple(inputs.shape)}"
    outputs = _called("model", settings, fed, model, inputs)
    if not isinstance(outputs, Tensor):
        what = f"{settings.name} gives {type(outputs).__name__}{fed}, not a tensor of outputs"
        raise Refused("model", what)
    steps = (inputs.shape[1],) if data.shape.outputs in PER_STEP else ()
    needed = (len(inputs), *steps, data.shape.values)
    if tuple(outputs.shape) != needed:
        what = f"{settings.name} gives outputs of the shape {tuple(outputs.shape)}{fed}"
        raise Refused("model", f"{what}, but the task needs {needed}")
    return outputs


def _called(
    section: Literal["model", "task"],
    settings: Any,
    when: str,
    function: Callable[..., Any],
    *arguments: Any,
) -> Any:
    """The result of a call; any exception is a fault of the user's code."""
    try:
        return function(*arguments)
    except (Exception, SystemExit) as error:
        code = getattr(settings, "code", OwnCode(settings.name, ()))
        what = f"{settings.name} raised {describe_error(error, code)}{when}"
        raise Refused(section, what) from error
