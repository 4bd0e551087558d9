"""A study for the other stages: validated, with defaults filled in, frozen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import exp, log
from pathlib import Path
from typing import Any, Literal

from orchestrator.models import settings as models
from orchestrator.plan_document import Level
from orchestrator.study.probes import Probes
from orchestrator.study.settings import Compare, Keep, Resources, Training

Kind = Literal["uniform", "log_uniform", "int_uniform", "choice"]

DIGITS = 4  # significant digits of a nuisance value: machines differ in the last of 17


@dataclass(frozen=True)
class TrialSettings:
    """Everything that decides the result of a trial, besides its replicate and the code."""

    task: models.TaskSettings
    model: models.ModelSettings
    training: Training
    probes: Probes

    @cached_property
    def flat(self) -> dict[str, Level]:
        """Every setting by its dotted path: {"model.init.scale": 1.0, …}."""
        return {p: v for name, settings in self.sections for p, v in flatten(name, settings)}

    @property
    def sections(self) -> tuple[tuple[str, models.Settings], ...]:
        """The first part of the path, and the settings, of each section."""
        own = (self.task, self.model, self.training, self.probes)
        return tuple(zip(("task", "model", "training", "probes"), own, strict=True))


@dataclass(frozen=True)
class Variant:
    """One combination of factor levels."""

    variant_id: str  # first 8 hex digits of the SHA-256 of its levels
    label: str  # "activation=tanh depth=4 scale=1.0"
    levels: Mapping[str, Level]  # by path, in the order of the study's factors
    settings: TrialSettings


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
    text: str  # its YAML, with what `--set`, `--only` and `--replicates` changed


@cache  # variants share most of their sections
def flatten(section: str, settings: models.Settings) -> tuple[tuple[str, Level], ...]:
    """The settings of one section by their dotted paths."""
    return tuple(_flatten(settings.model_dump(), f"{section}."))


def _flatten(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Level]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
