"""The keys of a study file, for reading it, for its JSON schema and for its documentation."""

from typing import Annotated, Any, Literal

from pydantic import Field

from orchestrator.models.settings import Count, Settings
from orchestrator.study.design.designs import DesignName
from orchestrator.study.probes import Probes
from orchestrator.study.settings import Positive, Resources, Training

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=100)]
Text = Annotated[str, Field(min_length=1)]
Ends = Annotated[list[float], Field(min_length=2, max_length=2)]


class Exclude(Settings):
    """Combinations that the study leaves out."""

    when: Annotated[dict[str, Any], Field(min_length=1)]
    """Levels by factor; a variant that has all of them is left out."""
    reason: Text
    """Why. The plan and the report repeat it."""


class Conditional(Settings):
    """A factor that exists only with some levels of others."""

    levels: Annotated[list[Any], Field(min_length=1)]
    """Its levels."""
    when: Annotated[dict[str, Any], Field(min_length=1)]
    """Levels of factors that stand above. A variant that does not have all of them has no level
    of this factor: its setting is what the file fixes, if the variant has such a setting."""


class CompareKeys(Settings):
    """What the verdict is about. Declared before the run."""

    metric: str | None = None
    """`<split>/<metric>`; left out: the first metric of the task, on test."""
    baseline: dict[str, Any] | str | None = None
    """Levels by factor, or the name of one of the `variants`. In a factorial design a variant is
    compared with the variant that has these levels and equals it in all other factors; in others
    all are compared with one. Left out: the first level of every factor (task settings aside, so
    that variants are compared within a task), the center, or the first variant."""
    smallest_difference: Positive | None = None
    """Differences below it do not matter, in the metric's unit; without it nothing can be called
    equivalent."""


class NuisanceKeys(Settings):
    """The values of a setting that is tuned: one of the ranges, or a choice."""

    uniform: Ends | None = None
    """Between two numbers, all alike."""
    log_uniform: Ends | None = None
    """Between two numbers above 0, every ratio alike: for learning rates, scales, decays."""
    int_uniform: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    """Whole numbers, both ends included."""
    choice: Annotated[list[Any], Field(min_length=2)] | None = None
    """Any of these values."""
    when: Annotated[dict[str, Any], Field(min_length=1)] | None = None
    """Levels by factor: only variants that have all of them tune this setting."""


class TuneKeys(Settings):
    """Settings that are not compared but chosen for every variant alike: besides these keys, dotted
    path of a setting → the values it may have."""

    points: Count = 8
    """Settings that are tried for every variant."""
    replicates: Count = 2
    """Seeds of each point; none of them is a seed of the replicates that are reported."""
    select: str | None = None
    """Metric that chooses, on validation; left out: that of `compare`."""
    studies: Count = 1
    """Times that the tuning is repeated, with other points and seeds; replicates take turns with
    the settings that come out, so that the intervals contain the luck of tuning."""
    method: Literal["sobol", "optuna"] = "sobol"
    """`sobol`: the same quasi-random points for all variants. `optuna`: for each variant those that
    Ray Tune's OptunaSearch suggests, four at a time, from the scores of the ones before."""


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
    factors: Annotated[dict[str, list[Any] | Conditional], Field(min_length=1)] | None = None
    """What is compared: dotted path of a setting → its levels. A setting that stands here varies,
    whatever the same setting says above."""
    design: DesignName = "factorial"
    """How factors make variants. `factorial`: every level with every other; `one_at_a_time`: each
    level by itself, all else as at the `center`; `paired`: the first levels, the second levels …"""
    center: dict[str, Any] | None = None
    """For `one_at_a_time`: a level of every factor, around which the others vary."""
    variants: Annotated[dict[Text, dict[str, Any]], Field(min_length=1)] | None = None
    """In place of `factors`: name → settings by dotted path. What a variant does not set is as
    above."""
    exclude: list[Exclude] = Field(default=[])
    """Combinations to leave out, each with its reason."""
    tune: TuneKeys | None = None
    """Settings that are chosen for every variant alike, with the same budget, before variants are
    compared."""
    replicates: Count = 10
    """Seeds per variant. They are shared by all variants, so that differences are paired."""
    probes: Literal["off", "light", "full"] | Probes = "light"
    """What is measured of gradients, and when: `off`, `light` (the defaults), `full`, or a
    mapping."""
    compare: CompareKeys = CompareKeys()
    """What the verdict is about. Declared before the run."""
    resources: Resources = Resources()
    """What one pack asks of the machine."""
