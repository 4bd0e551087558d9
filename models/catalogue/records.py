"""What the catalogue says of a model and of a task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orchestrator.models import settings
from orchestrator.models.shape import InputKind, OutputKind


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that a task reports for each split, e.g. `test/accuracy`."""

    name: str
    direction: Literal["maximize", "minimize"]
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model: its settings, the `module:Class` that builds it, what it takes and gives."""

    settings: type[settings.ModelSettings]
    factory: str
    takes: tuple[InputKind, ...]
    gives: tuple[OutputKind, ...]


@dataclass(frozen=True, slots=True)
class Solved:
    """When a trial of a task counts as solved: its metric reaches the threshold."""

    metric: str
    threshold: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """The answer that a task's baselines are the scores of.

    answer: completes "what … gives": "always answering the mean".
    sees: what it sees of the input: "the word alone"; empty where it ignores the input.
    """

    answer: str
    sees: str = ""


Draw = Literal["generated", "resplit", "fixed", "unknown"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a replicate gets its test examples, and how many examples it has.

    sampling:
        generated   drawn from a generator: those of two replicates are independent
        resplit     drawn from the same pool as those of every other replicate, so that two
                    replicates share examples
        fixed       the same examples in every replicate
        unknown     own code that does not say
    pool: size of the pool that `resplit` draws from; None where nothing says it.
    n_train, n_validation, n_test: examples of each split; None where only the files say it.
    """

    sampling: Draw
    pool: int | None = None
    n_train: int | None = None
    n_validation: int | None = None
    n_test: int | None = None


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """A task: its settings, the `module:function` that loads it, its loss, what it reports.

    metrics: the first is the one that a study compares by default.
    inputs, outputs: what a model must take and give.
    sampling: how a replicate draws its test examples, see `Sampling`.
    pool: how many examples `resplit` draws them from, or the `module:function` that counts them.
    baseline: the answer whose scores the data bring along; None where nothing says it.
    data_files: `package/path` of the installed files whose content decides the data.
    check: `module:function` that refuses bad files named in the settings; without torch.
    functions: metric → the function that computes it, for the user's metrics.
    """

    settings: type[settings.TaskSettings]
    factory: str
    loss: str
    metrics: tuple[Metric, ...]
    inputs: InputKind
    outputs: OutputKind
    sampling: Draw = "unknown"
    pool: int | str | None = None
    solved: Solved | None = None
    baseline: Baseline | None = None
    data_files: tuple[str, ...] = ()
    check: str | None = None
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    def is_solved_by(self, value: float) -> bool:
        """Whether a trial with this value of the metric that decides has solved the task."""
        if self.solved is None:
            return False
        metric = next(m for m in self.metrics if m.name == self.solved.metric)
        threshold = self.solved.threshold
        return value >= threshold if metric.direction == "maximize" else value <= threshold
