"""The keys of a study file, for reading it, for its JSON schema and for its documentation."""

from typing import Annotated, Any, Literal

from pydantic import Field

from models.settings import Count, Settings
from orchestrator.study.settings import Positive, Probes, Resources, Training

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=100)]
Text = Annotated[str, Field(min_length=1)]


class Exclude(Settings):
    """Combinations that the study leaves out."""

    when: Annotated[dict[str, Any], Field(min_length=1)]
    """Levels by factor; a variant that has all of them is left out."""
    reason: Text
    """Why. The plan and the report repeat it."""


class CompareKeys(Settings):
    """What the verdict is about. Declared before the run."""

    metric: str | None = None
    """`<split>/<metric>`; left out: the first metric of the task, on test."""
    baseline: dict[str, Any] | None = None
    """Levels by factor. A variant is compared with the variant that has these levels and equals it
    in all other factors; left out: the first level of every factor, one baseline for all."""
    smallest_difference: Positive | None = None
    """Differences below it do not matter, in the metric's unit; without it nothing can be called
    equivalent."""


class StudyFile(Settings):
    """One question, and the variants that answer it."""

    study: Name
    """Name of the study, and of its folder in the results."""
    question: str = ""
    """What the study asks, in one sentence; the report's title."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Changes every random stream of the study: another seed, another sample of replicates."""
    task: Settings
    """Data, loss and metrics. `name` chooses the task; the other settings depend on it."""
    model: Settings
    """The network. `name` chooses the model; the other settings depend on it."""
    training: Training = Training()
    """How every trial is trained."""
    factors: Annotated[dict[str, list[Any]], Field(min_length=1)]
    """What is compared: dotted path of a setting → its levels. Every combination is a variant. A
    setting that stands here varies, whatever the same setting says above."""
    design: Literal["factorial"] = "factorial"
    """How factors are combined: every level with every other."""
    exclude: list[Exclude] = Field(default=[])
    """Combinations to leave out, each with its reason."""
    replicates: Count = 10
    """Seeds per variant. They are shared by all variants, so that differences are paired."""
    probes: Literal["off", "light"] | Probes = "light"
    """When gradients are measured: `off`, `light` (the defaults), or a mapping."""
    compare: CompareKeys = CompareKeys()
    """What the verdict is about. Declared before the run."""
    resources: Resources = Resources()
    """What one pack asks of the machine."""
