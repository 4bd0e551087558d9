"""A study as the other stages see it: checked, with defaults filled in, frozen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from models import settings as models
from orchestrator.study.probes import Probes
from orchestrator.study.settings import Compare, Resources, Training

Level = str | int | float | bool | None


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
        """The settings with the first part of their paths."""
        own = (self.task, self.model, self.training, self.probes)
        return tuple(zip(("task", "model", "training", "probes"), own, strict=True))


@dataclass(frozen=True)
class Variant:
    """One combination of factor levels."""

    variant_id: str  # first 8 hex digits of the SHA-256 of its levels
    label: str  # "activation=tanh depth=4 scale=1.0"
    levels: Mapping[str, Level]  # of the factors that it has, in the order of the study's
    settings: TrialSettings


@dataclass(frozen=True)
class Exclusion:
    """Combinations that the study leaves out, and why."""

    when: Mapping[str, Level]
    reason: str
    labels: tuple[str, ...]  # of the variants that it takes out


@dataclass(frozen=True)
class Study:
    """One question and the variants that answer it."""

    name: str
    question: str
    seed: int
    design: str  # how the variants were made: factorial, one_at_a_time, paired, variants
    factors: Mapping[str, tuple[Level, ...]]
    center: Mapping[str, Level]  # of the design one_at_a_time; else empty
    variants: tuple[Variant, ...]
    baselines: Mapping[str, str]  # variant id → id of the variant that it is compared with
    excluded: tuple[Exclusion, ...]
    replicates: int
    compare: Compare
    resources: Resources
    path: Path  # the file it was read from
    text: str  # its YAML, with what `--set`, `--only` and `--replicates` changed


@lru_cache(maxsize=10_000)  # variants share most of their sections
def flatten(section: str, settings: models.Settings) -> tuple[tuple[str, Level], ...]:
    """The settings of one section by their dotted paths."""
    return tuple(_flatten(settings.model_dump(), f"{section}."))


def _flatten(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Level]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
