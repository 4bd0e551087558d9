"""When each setting has an effect: the one table of settings that do nothing beside some others.

A setting that is not listed always has one. Combinations that make no sense at all (a peephole in
a gru, an output activation for classes) are refused by the classes of the settings and by
models/fit.py; here are those that would train, and give the same bits whatever the value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from orchestrator.models.catalogue import task_entry
from orchestrator.models.settings.own import OwnModel
from orchestrator.models.shape import PER_STEP
from orchestrator.plan_document import Level
from orchestrator.study.records import LoopSettings, TrialSettings
from orchestrator.study.settings import Optimizer

OPTIMIZER, KIND = "training.optimizer", "training.schedule.kind"
FEEDFORWARD = ("mlp", "window_tagger")


@dataclass(frozen=True, slots=True)
class Condition:
    """When some settings have an effect.

    paths: of these settings.
    on: paths of the settings that decide it.
    needs: what these must be, as a phrase.
    holds: whether that is so in a trial.
    models: names of the models to which it applies; empty: all.
    """

    paths: tuple[str, ...]
    on: tuple[str, ...]
    needs: str
    holds: Callable[[LoopSettings], bool]
    models: tuple[str, ...] = ()

    def is_idle(self, settings: LoopSettings) -> bool:
        """Whether its settings do nothing in a trial with these settings."""
        concerns = not self.models or settings.model.name in self.models
        return concerns and not self.holds(settings)


def _any_of(path: str, *allowed: Level) -> Callable[[LoopSettings], bool]:
    return lambda settings: settings.flat.get(path) in allowed


def _taken(path: str, setting: str, *built_in: str) -> Callable[[LoopSettings], bool]:
    """Whether what `path` names has a use for a setting: those built in, or your own code.

    path: training.optimizer, training.loss or training.schedule.kind.
    setting: its name in the same group.
    """

    def holds(settings: LoopSettings) -> bool:
        part = type(settings.training).own_parts.get(path)
        if part is not None:
            return setting in part.parameters.values()
        return settings.flat.get(path) in built_in

    return holds


def _above_0(path: str) -> Callable[[LoopSettings], bool]:
    def holds(settings: LoopSettings) -> bool:
        value = settings.flat.get(path)
        return isinstance(value, (int, float)) and value > 0

    return holds


def _biases_decay(settings: LoopSettings) -> bool:
    return settings.training.weight_decay > 0 and settings.flat.get("model.bias") is not False


def _has_nesterov(settings: LoopSettings) -> bool:
    """Without a momentum, sgd refuses it."""
    takes_it = _taken(OPTIMIZER, "nesterov", "sgd", "muon")(settings)
    return takes_it and (settings.training.momentum > 0 or settings.training.optimizer == "sgd")


def _has_words(settings: LoopSettings) -> bool:
    return task_entry(settings.task).inputs == "words"


def _has_one_output(settings: LoopSettings) -> bool:
    return task_entry(settings.task).outputs not in PER_STEP


def _follows_steps(settings: LoopSettings) -> bool:
    """Own models may be recurrent: only training tells."""
    is_probed = settings.probes.examples > 0
    has_steps = settings.model.name == "recurrent" or isinstance(settings.model, OwnModel)
    return is_probed and has_steps and not _has_one_output(settings)


def _training(*names: str) -> tuple[str, ...]:
    return tuple(f"training.{name}" for name in names)


CONDITIONS = (
    Condition(_training("momentum"), (OPTIMIZER,), "optimizer sgd, rmsprop or muon",
              _taken(OPTIMIZER, "momentum", "sgd", "rmsprop", "muon")),
    Condition(_training("weight_decay"), (OPTIMIZER,), "an optimizer with a weight decay",
              _taken(OPTIMIZER, "weight_decay", *get_args(Optimizer))),
    Condition(_training("nesterov"), (OPTIMIZER, "training.momentum"),
              "optimizer sgd, or muon with a momentum above 0", _has_nesterov),
    *(Condition(_training(beta), (OPTIMIZER,), "optimizer adam, adamw, nadam, radam, lion or muon",
                _taken(OPTIMIZER, beta, "adam", "adamw", "nadam", "radam", "lion", "muon"))
      for beta in ("beta1", "beta2")),
    Condition(_training("label_smoothing"), ("training.loss", "task.name"), "loss cross_entropy",
              _taken("training.loss", "label_smoothing", "cross_entropy")),
    Condition(_training("decay_biases"), ("training.weight_decay", "model.bias"),
              "a weight_decay above 0, and a model with biases", _biases_decay),
    Condition(_training("schedule.every_epochs"), (KIND,), "schedule.kind step",
              _taken(KIND, "every_epochs", "step")),
    Condition(_training("schedule.patience"), (KIND,), "schedule.kind plateau",
              _any_of(KIND, "plateau")),
    Condition(_training("schedule.factor"), (KIND,), "schedule.kind step or plateau",
              _taken(KIND, "factor", "step", "plateau")),
    Condition(_training("schedule.end_factor"), (KIND,), "schedule.kind cosine or linear",
              _taken(KIND, "end_factor", "cosine", "linear")),
    Condition(_training("schedule.rise"), (KIND,), "schedule.kind one_cycle",
              _taken(KIND, "rise", "one_cycle")),
    Condition(_training("schedule.warmup_epochs"), (KIND,),
              "another schedule.kind than one_cycle, which has a warm-up of its own",
              lambda settings: settings.training.schedule.kind != "one_cycle"),
    Condition(("model.width", "model.activation"), ("model.depth",), "a hidden layer (depth ≥ 1)",
              _above_0("model.depth"), FEEDFORWARD),
    Condition(("model.init.bias",), ("model.bias",), "biases (bias: true)",
              _any_of("model.bias", True), ("mlp", "log_linear")),
    Condition(("model.embedding",), ("task.name",), "a task with words", _has_words,
              ("recurrent",)),
    Condition(("model.pooling",), ("task.name",), "a task with one output per example",
              _has_one_output, ("recurrent",)),
    Condition(("probes.every_epochs", "probes.quantities"), ("probes.examples",),
              "probes (examples above 0)", _above_0("probes.examples")),
    Condition(("probes.step",), ("task.name", "model.name", "probes.examples"),
              "probes of a recurrent model on a task with a loss at every step", _follows_steps),
)  # fmt: skip
BY_PATH: Mapping[str, Condition] = {path: each for each in CONDITIONS for path in each.paths}


def idle(settings: TrialSettings, path: str) -> Condition | None:
    """The condition that a setting does not meet in a trial; None where it has an effect."""
    condition = BY_PATH.get(path)
    if condition is None or not isinstance(settings, LoopSettings):
        return None
    return condition if condition.is_idle(settings) else None


def idle_paths(settings: TrialSettings) -> frozenset[str]:
    """The settings that do nothing in a trial with these settings, whatever their values."""
    if not isinstance(settings, LoopSettings):
        return frozenset()
    return frozenset(p for each in CONDITIONS if each.is_idle(settings) for p in each.paths)


def is_default(settings: TrialSettings, path: str) -> bool:
    """Whether a setting has the value that it has when it is left out."""
    name, _, rest = path.partition(".")
    (section,) = (each for section, each in settings.sections if section == name)
    tree = section.model_dump()
    group, keys = tree, rest.split(".")
    for key in keys[:-1]:
        group = group[key]
    given = group.pop(keys[-1])
    default = type(section).model_validate(tree).model_dump()
    for key in keys:
        default = default[key]
    return bool(default == given)


def without_effect(settings: TrialSettings, paths: Iterable[str]) -> dict[str, Condition]:
    """Those of these paths whose values do nothing, and that are not left at their defaults."""
    found = {path: idle(settings, path) for path in paths}
    return {p: c for p, c in found.items() if c is not None and not is_default(settings, p)}
