"""Names that a study may use → their entries. Imports nothing heavy until it is needed."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from orchestrator.models import settings
from orchestrator.models.catalogue.networks import MODELS
from orchestrator.models.catalogue.records import (
    Baseline,
    Draw,
    Metric,
    ModelEntry,
    Sampling,
    Solved,
    TaskEntry,
)
from orchestrator.models.catalogue.tasks import TASKS
from orchestrator.models.settings.sequences import SequenceSettings
from orchestrator.models.settings.tasks import SplitSettings

__all__ = [
    "MODELS",
    "TASKS",
    "Baseline",
    "Draw",
    "Metric",
    "ModelEntry",
    "Sampling",
    "Solved",
    "TaskEntry",
    "check_data",
    "data_paths",
    "losses",
    "model_entry",
    "resolve",
    "sampling_of",
    "task_entry",
]

OTHER_LOSSES = {"cross_entropy": ("sigmoid_cross_entropy",)}


def model_entry(model: settings.ModelSettings) -> ModelEntry:
    """The entry of a model, the user's included."""
    own: ModelEntry | None = getattr(type(model), "entry", None)
    return own or MODELS[model.name]


def task_entry(task: settings.TaskSettings) -> TaskEntry:
    """The entry of a task, the user's included."""
    own: TaskEntry | None = getattr(type(task), "entry", None)
    return own or TASKS[task.name]


def sampling_of(task: settings.TaskSettings) -> Sampling:
    """How replicates of a task with these settings get their examples.

    A test split that is the whole of its pool is `fixed`. Raises DataError for a bad file.
    """
    entry = task_entry(task)
    given = task.sizes if isinstance(task, SplitSettings | SequenceSettings) else {}
    sizes = {f"n_{split}": size for split, size in given.items()}
    pool: int | None = resolve(entry.pool)(task) if isinstance(entry.pool, str) else entry.pool
    if entry.sampling == "resplit" and pool is not None and given.get("test") == pool:
        return Sampling("fixed", **sizes)
    return Sampling(entry.sampling, pool, **sizes)


def losses(task: TaskEntry) -> tuple[str, ...]:
    """The training losses that go with a task, its own first."""
    return (task.loss, *OTHER_LOSSES.get(task.loss, ()))


def resolve(factory: str) -> Callable[..., Any]:
    """The object behind `package.module:name`, imported now."""
    module, _, name = factory.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def data_paths(task: settings.TaskSettings) -> list[Path]:
    """The files on this machine that decide the data: installed ones, and those of the settings.

    Installed ones are found without importing their package.
    """
    return [*map(_inside_package, task_entry(task).data_files), *task.files]


def check_data(task: settings.TaskSettings) -> None:
    """Raises DataError if files that the settings name are missing or bad."""
    check = task_entry(task).check
    if check is not None:
        resolve(check)(task)


def _inside_package(file: str) -> Path:
    package, _, rest = file.partition("/")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {package} is not installed", name=package)
    return Path(spec.origin).parent / rest
