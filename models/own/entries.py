"""The user's code → the entry that it would have in models/catalogue/."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

from orchestrator.models.catalogue import ModelEntry, TaskEntry
from orchestrator.models.own.declaring import DECLARED, TaskDeclaration
from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.own.importing import find_function
from orchestrator.models.own.signature import settings_class
from orchestrator.models.settings.base import Settings
from orchestrator.models.settings.own import OwnCode, OwnModel, OwnTask
from orchestrator.models.settings.own_trial import OwnFunction, revised
from orchestrator.models.shape import InputKind, OutputKind

TAKES: tuple[InputKind, ...] = ("features", "sequence", "words")  # images come as features


@dataclass(frozen=True, slots=True)
class TrialEntry:
    """A function that is a trial: its settings."""

    settings: type[OwnFunction]


@cache
def own_entry(section: str, code: OwnCode) -> ModelEntry | TaskEntry | TrialEntry:
    """Imports the user's module. section: model, task or trial. Raises OwnCodeError."""
    make: dict[str, Callable[..., ModelEntry | TaskEntry | TrialEntry]] = {
        "model": _model, "task": _task, "trial": _trial
    }  # fmt: skip
    return make[section](code, find_function(code))


def unpickle(section: str, code: OwnCode, values: dict[str, Any]) -> Settings:
    """The settings in another process, which imports the user's module itself."""
    settings: Settings = own_entry(section, code).settings.model_validate(values)
    return settings


def _model(code: OwnCode, function: Callable[..., Any]) -> ModelEntry:
    kind = settings_class(OwnModel, code, function, ("inputs", "outputs"))
    declared = getattr(function, DECLARED, TAKES)
    if isinstance(declared, TaskDeclaration):
        raise OwnCodeError(f"{code.name} is a task, not a model", cure="write it as task.name")
    entry = ModelEntry(kind, code.name, takes=declared, gives=get_args(OutputKind))
    kind.entry, kind.unpickle = entry, staticmethod(unpickle)
    return entry


def _task(code: OwnCode, function: Callable[..., Any]) -> TaskEntry:
    kind = settings_class(OwnTask, code, function, ("seed_for",))
    declared = getattr(function, DECLARED, None)
    if not isinstance(declared, TaskDeclaration):
        what = f"{code.name} does not say what its data are"
        raise OwnCodeError(what, cure="put @orch_task(inputs=…, outputs=…) above it")
    kind.own_files = tuple(_folder(function) / file for file in declared.files)
    entry = TaskEntry(
        kind,
        code.name,
        declared.loss,
        declared.metrics,
        inputs=declared.inputs,
        outputs=declared.outputs,
        sampling=declared.sampling,
        solved=declared.solved,
        baseline=declared.baseline,
        check="orchestrator.models.files.present:check",
        functions=dict(declared.functions),
    )
    kind.entry, kind.unpickle = entry, staticmethod(unpickle)
    return entry


def _trial(code: OwnCode, function: Callable[..., Any]) -> TrialEntry:
    if inspect.isclass(function) or inspect.iscoroutinefunction(function):
        what = f"{code.name} is a {'class' if inspect.isclass(function) else 'coroutine'}"
        raise OwnCodeError(what, "a function", f"def {code.function}(trial, …)")
    if isinstance(getattr(function, DECLARED, None), TaskDeclaration):
        cure = "write it as task.name"
        raise OwnCodeError(f"{code.name} is a task, not a trial", cure=cure)
    kind = settings_class(OwnFunction, code, function, ("trial",))
    kind.unpickle = staticmethod(unpickle)
    return TrialEntry(revised(kind, code.checkout) if code.checkout else kind)


def _folder(function: Callable[..., Any]) -> Path:
    return Path(inspect.getfile(inspect.unwrap(function))).resolve().parent
