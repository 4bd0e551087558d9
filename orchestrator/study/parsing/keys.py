"""The keys of a study file: used to read it, for its JSON schema and its documentation."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from orchestrator.models.settings import Count, Settings
from orchestrator.study.probes import Probes
from orchestrator.study.settings import Keep, Positive, Resources, Training

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=100)]
Text = Annotated[str, Field(min_length=1)]
DesignName = Literal["factorial", "one_at_a_time", "paired"]
Ends = Annotated[list[float], Field(min_length=2, max_length=2)]


class TrialKeys(Settings):
    """A trial of your own."""

    model_config = ConfigDict(extra="allow")

    function: str | None = None
    """`package.module:function`, which is called as `function(trial, setting=…)`."""
    command: list[str] | None = None
    """In place of a function: program and arguments, each a word; no shell reads them. Settings
    take the place of `{name}`; besides them `{seed}`, `{replicate}`, `{folder}`, `{settings}`,
    `{device}` and `{python}`."""
    files: list[str] = Field(default=[])
    """Of a command: files and patterns (`conf/**/*.yaml`) whose content is part of a trial's id,
    besides those that the command names."""
    timeout_minutes: Positive | None = None
    """Of a command: after which the trial is ended, and has failed."""
    revision: Text | None = None
    """A commit, branch or tag of a git repository in which trials run, or `worktree`, what lies in
    its working tree now. As a factor it compares states of your code."""
    repository: Text | None = None
    """With `revision`: a folder of the repository; left out, the folder of the study file."""


class Exclude(Settings):
    """Combinations that the study leaves out."""

    when: Annotated[dict[str, Any], Field(min_length=1)]
    """Levels by factor; variants that have all of them are left out."""
    reason: Text
    """Why; shown in the plan and the report."""


class Conditional(Settings):
    """A factor that exists only with some levels of others."""

    levels: Annotated[list[Any], Field(min_length=1)]
    """Its levels."""
    when: Annotated[dict[str, Any], Field(min_length=1)]
    """Levels of factors defined above. A variant without all of them has no level of this factor:
    it has the fixed value, if it has the setting at all."""


class CompareKeys(Settings):
    """What is compared, and with what. Declared before the run."""

    metric: str | None = None
    """`<split>/<metric>`; left out: the first metric of the task, on test, or the first of
    `metrics`. Or a gradient before training: `gradient/total_decay`, `gradient/decay_depth`,
    `gradient/decay_time`."""
    baseline: dict[str, Any] | str | None = None
    """Levels by factor, or the name of one of the `variants`. In a factorial design a variant is
    compared with the variant that has these levels and equals it in all other factors; in the other
    designs all variants are compared with one. Left out: the first level of every factor (without
    task settings, so that variants are compared within a task), the center, or the first
    variant."""
    smallest_difference: Positive | None = None
    """Smaller differences do not matter, in the metric's unit; of a gradient a factor above 1.
    Without it no verdict can be `equivalent`."""


class NuisanceKeys(Settings):
    """The values of a setting that is tuned: one of the ranges, or a choice. A list of these, each
    with `when`, gives groups of variants their own."""

    uniform: Ends | None = None
    """Between two numbers, evenly."""
    log_uniform: Ends | None = None
    """Between two numbers above 0, evenly in the logarithm: for learning rates, scales, decays."""
    int_uniform: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    """Whole numbers, both ends included."""
    choice: Annotated[list[Any], Field(min_length=2)] | None = None
    """Any of these values."""
    when: Annotated[dict[str, Any], Field(min_length=1)] | None = None
    """Levels by factor: only variants that have all of them tune this setting."""


class MetricKeys(Settings):
    """A number that a trial of your own reports, `<split>/<name>`."""

    direction: Literal["maximize", "minimize"]
    """Which way is better."""
    unit: Text
    """`share` (0 to 1, shown as a percentage), `nat`, `s`, or any other; it is never converted."""
    meaning: str = ""
    """What it is, in a few words, for the report."""
    pattern: str | None = None
    r"""Of a command: a regular expression, searched for in each line of its output. The group
    `value`, else the first one, is the number; the group `epoch`, if there is one, its epoch, else
    matches are counted."""
    file: str | None = None
    """Of a command: in place of a pattern, a file that it writes, such as
    `{folder}/metrics.jsonl`: JSON lines, JSON or CSV, with a row per epoch."""
    key: str | None = None
    """The key or column of the file; of nested mappings `eval.loss`. Rows may have an `epoch`."""
    scale: float = 1.0
    """Multiplies what is read."""


class TuneKeys(Settings):
    """Settings that are not compared but selected for every variant with the same budget: besides
    these keys, dotted path of a setting → the values it may have."""

    points: Count = 8
    """Points tried per variant: combinations of values of the tuned settings."""
    replicates: Count = 2
    """Seeds per point; none of them is a seed of the reported replicates."""
    select: str | None = None
    """Validation metric that selects; left out: that of `compare`, unless that is a gradient."""
    studies: Count = 1
    """How often the tuning is repeated, with other points and seeds; replicates take turns with
    the selected settings, so that the intervals include the randomness of tuning."""
    method: Literal["sobol", "optuna"] = "sobol"
    """`sobol`: the same quasi-random points for all variants. `optuna`: for each variant the points
    that Ray Tune's OptunaSearch suggests, four at a time, from the scores of earlier ones."""


class StudyFile(Settings):
    """One question, and the variants that answer it."""

    study: Name
    """Name of the study, and of its folder in the results."""
    question: str = ""
    """What the study asks, in one sentence; the report's title."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Changes every random stream of the study: another seed gives another sample of replicates."""
    task: Settings | None = None
    """Data, loss and metrics. `name` chooses the task; the other settings depend on it. A study has
    `task` and `model`, or `trial` and `metrics`."""
    model: Settings | None = None
    """The network. `name` chooses the model; the other settings depend on it."""
    training: Training = Training()
    """How every trial is trained."""
    trial: TrialKeys | None = None
    """In place of `task`, `model`, `training` and `probes`: a trial is your own function, or
    command, which trains and measures by itself. The other settings are its parameters."""
    metrics: Annotated[dict[Text, MetricKeys], Field(min_length=1)] | None = None
    """With `trial`: what it reports, `<split>/<name>` → direction and unit. The first is compared
    by default."""
    factors: Annotated[dict[str, list[Any] | Conditional], Field(min_length=1)] | None = None
    """What is compared: dotted path of a setting → its levels. They replace a value that the file
    fixes for the same setting."""
    design: DesignName = "factorial"
    """How factors make variants. `factorial`: every level with every other; `one_at_a_time`: each
    level alone, all else as at the `center`; `paired`: the first levels, the second levels …"""
    center: dict[str, Any] | None = None
    """For `one_at_a_time`: a level of every factor, around which the others vary."""
    variants: Annotated[dict[Text, dict[str, Any]], Field(min_length=1)] | None = None
    """In place of `factors`: name → settings by dotted path. A variant has the fixed value of a
    setting that it does not set."""
    exclude: list[Exclude] = Field(default=[])
    """Combinations to leave out, each with its reason."""
    tune: TuneKeys | None = None
    """Settings that are selected for every variant with the same budget, before variants are
    compared."""
    replicates: Count = 10
    """Seeds per variant. They are shared by all variants, so that differences are paired."""
    probes: Literal["off", "light", "full"] | Probes = "light"
    """What is measured of gradients, and when: `off`, `light` (the defaults), `full`, or a
    mapping."""
    compare: CompareKeys = CompareKeys()
    """What is compared, and with what. Declared before the run."""
    resources: Resources = Resources()
    """What one pack requests."""
    keep: Keep = Keep()
    """What the store keeps of each trial besides its metrics and gradients."""
