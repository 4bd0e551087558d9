"""A study for the other stages: validated, with defaults filled in, frozen."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import exp, log
from pathlib import Path
from typing import Any, Literal

from orchestrator.models import settings as models
from orchestrator.models.catalogue import Metric, task_entry
from orchestrator.models.settings.own_trial import OwnTrial
from orchestrator.plan_document import Level
from orchestrator.revisions.records import Revision
from orchestrator.study.probes import Probes
from orchestrator.study.settings import Compare, Keep, Resources, Training

LOOP_SECTIONS = ("task", "model", "training", "probes")
"""First parts of the paths of settings, where orch's own loop trains."""
TRIAL = "trial"
"""The same, where the user's own function or command is the trial."""

Kind = Literal["uniform", "log_uniform", "int_uniform", "choice"]

DIGITS = 4  # significant digits of a nuisance value: machines differ in the last of 17


class _Settings(ABC):
    """Everything that decides the result of a trial, besides its replicate and the code."""

    @property
    @abstractmethod
    def sections(self) -> tuple[tuple[str, models.Settings], ...]:
        """The first part of the path, and the settings, of each section."""

    @property
    @abstractmethod
    def metrics(self) -> tuple[Metric, ...]:
        """What a trial reports, by names without their split; the main one first."""

    @cached_property
    def flat(self) -> dict[str, Level]:
        """Every setting by its dotted path: {"model.init.scale": 1.0, …}."""
        return {p: v for name, settings in self.sections for p, v in flatten(name, settings)}


@dataclass(frozen=True)
class LoopSettings(_Settings):
    """Of a trial that orch's own loop trains."""

    task: models.TaskSettings
    model: models.ModelSettings
    training: Training
    probes: Probes

    @property
    def sections(self) -> tuple[tuple[str, models.Settings], ...]:
        own = (self.task, self.model, self.training, self.probes)
        return tuple(zip(LOOP_SECTIONS, own, strict=True))

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return task_entry(self.task).metrics


@dataclass(frozen=True, slots=True)
class DeclaredMetric:
    """A number that an own trial reports, as the study declares it.

    A function reports it by its name. Of a command it is read from the output (`pattern`, the
    first group of a regular expression) or from `file` (JSON lines, JSON or CSV; `key`).
    """

    split: str
    metric: Metric  # its name is without the split
    pattern: str | None = None
    file: str | None = None
    key: str | None = None
    scale: float = 1.0  # multiplies what is read

    @property
    def name(self) -> str:
        """`<split>/<metric>`."""
        return f"{self.split}/{self.metric.name}"

    @property
    def decides(self) -> str:
        """What of it can change a result: direction and unit only say how to read one."""
        read = {"pattern": self.pattern, "file": self.file, "key": self.key}
        given = {name: value for name, value in read.items() if value is not None}
        scale = {} if self.scale == 1.0 else {"scale": self.scale}
        return json.dumps({"metric": self.name, **given, **scale})


@dataclass(frozen=True)
class OwnSettings(_Settings):
    """Of a trial that the user's own function or command is."""

    trial: OwnTrial
    declared: tuple[DeclaredMetric, ...]  # in the order of the file

    @property
    def sections(self) -> tuple[tuple[str, models.Settings], ...]:
        return ((TRIAL, self.trial),)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return tuple({each.metric.name: each.metric for each in self.declared}.values())

    @property
    def measured(self) -> tuple[str, ...]:
        """What of the declared metrics decides results: the names, and how values are read."""
        return tuple(each.decides for each in self.declared)


TrialSettings = LoopSettings | OwnSettings


@dataclass(frozen=True)
class Variant:
    """One combination of factor levels."""

    variant_id: str  # first 8 hex digits of the SHA-256 of its levels
    label: str  # "activation=tanh depth=4 scale=1.0"
    levels: Mapping[str, Level]  # by path, in the order of the study's factors
    settings: TrialSettings

    @property
    def loop(self) -> LoopSettings:
        """The settings of a variant that orch's own loop trains. Raises TypeError for others."""
        if not isinstance(self.settings, LoopSettings):
            raise TypeError(f"{self.label} is not trained by orch's loop")
        return self.settings


@dataclass(frozen=True)
class Exclusion:
    """Combinations that the study leaves out, and why."""

    when: Mapping[str, Level]
    reason: str
    labels: tuple[str, ...]  # of the variants that it excludes


@dataclass(frozen=True, slots=True)
class Nuisance:
    """A range of a setting that is tuned for every variant with the same budget."""

    path: str
    kind: Kind
    low: float | None = None  # of a range; whole numbers for int_uniform
    high: float | None = None
    levels: tuple[Level, ...] = ()  # of a choice
    when: Mapping[str, Level] = field(
        default_factory=dict
    )  # only variants with these levels have it

    def applies_to(self, variant: Variant) -> bool:
        return all(variant.levels.get(path) == level for path, level in self.when.items())

    def at(self, unit: float) -> Level:
        """The value at a coordinate, 0 ≤ unit < 1, of the unit cube."""
        if self.kind == "choice":
            return self.levels[int(unit * len(self.levels))]
        assert self.low is not None
        assert self.high is not None
        if self.kind == "int_uniform":
            return int(self.low) + int(unit * (self.high - self.low + 1))
        if self.kind == "log_uniform":
            value = exp(log(self.low) + unit * (log(self.high) - log(self.low)))
        else:
            value = self.low + unit * (self.high - self.low)
        return self.rounded(value)

    def rounded(self, value: float) -> float:
        """The value in few digits, within the range."""
        assert self.low is not None
        assert self.high is not None
        return min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high)


@dataclass(frozen=True, slots=True)
class Tune:
    """How nuisance settings are selected: with the same budget for every variant.

    settings: all ranges; a setting has several where groups of variants have their own.
    """

    settings: tuple[Nuisance, ...]
    points: int  # per variant and tuning study
    replicates: int  # seeds per point
    select: str  # validation/<metric>
    studies: int  # how often the tuning is repeated
    method: Literal["sobol", "optuna"]

    @property
    def trials_per_variant(self) -> int:
        return self.points * self.replicates * self.studies

    @property
    def paths(self) -> tuple[str, ...]:
        """Of the settings, each once."""
        return tuple(dict.fromkeys(nuisance.path for nuisance in self.settings))

    def ranges(self, path: str) -> tuple[Nuisance, ...]:
        """Of one setting, in the order of the file."""
        return tuple(nuisance for nuisance in self.settings if nuisance.path == path)

    def of(self, variant: Variant) -> tuple[Nuisance, ...]:
        """The nuisance settings of this variant, each with its range there."""
        return tuple(nuisance for nuisance in self.settings if nuisance.applies_to(variant))


@dataclass(frozen=True)
class Study:
    """One question and the variants that answer it."""

    name: str
    question: str
    seed: int
    design: str  # how the variants were made: factorial, one_at_a_time, paired, variants
    factors: Mapping[str, tuple[Level, ...]]
    center: Mapping[str, Level]  # levels at the center of the design one_at_a_time; else empty
    variants: tuple[Variant, ...]
    baselines: Mapping[str, str]  # variant id → id of the variant that it is compared with
    excluded: tuple[Exclusion, ...]
    replicates: int
    tune: Tune | None
    compare: Compare
    resources: Resources
    keep: Keep
    path: Path  # the file it was read from
    revisions: tuple[Revision, ...]  # states of a repository in which trials run; mostly none
    text: str  # its YAML, with what `--set`, `--only` and `--replicates` changed

    @property
    def loops(self) -> tuple[LoopSettings, ...]:
        """The settings of its variants, if orch's loop trains them; else none."""
        every = (variant.settings for variant in self.variants)
        return tuple(settings for settings in every if isinstance(settings, LoopSettings))


@cache  # variants share most of their sections
def flatten(section: str, settings: models.Settings) -> tuple[tuple[str, Level], ...]:
    """The settings of one section by their dotted paths."""
    tree = settings.model_dump(exclude=set(settings.indecisive))
    return tuple(_flatten(tree, f"{section}."))


def _flatten(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Level]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
