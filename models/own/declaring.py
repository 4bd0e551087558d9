"""Decorators by which the user's model or task declares what it takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from orchestrator.models.catalogue import Baseline, Draw, Metric, Solved
from orchestrator.models.catalogue.metrics import (
    ACCURACY,
    LOSS,
    MSE,
    SOLVED,
    SQUARED_LOSS,
    STEP_ACCURACY,
    STEP_LOSS,
    WORD_ACCURACY,
    WORD_LOSS,
)
from orchestrator.models.shape import InputKind, OutputKind

Function = TypeVar("Function", bound=Callable[..., Any])

DECLARED = "__orch__"  # attribute of the function
METRICS: dict[OutputKind, tuple[Metric, ...]] = {
    "class": (ACCURACY, LOSS),
    "tags": (STEP_ACCURACY, STEP_LOSS),
    "value": (MSE, SQUARED_LOSS),
    "words": (WORD_LOSS, WORD_ACCURACY),
}
LOSSES: dict[OutputKind, tuple[str, ...]] = {  # the first is the default
    "class": ("cross_entropy", "binary_cross_entropy"),
    "tags": ("cross_entropy", "binary_cross_entropy"),
    "value": ("squared_error",),
    "words": ("cross_entropy",),
}


@dataclass(frozen=True, slots=True)
class OwnMetric:
    """A number that your own task reports, besides the usual ones of its output kind.

    function: outputs (…, values) and targets (…,), or (…, values) for the output kind `value` →
    one number per example or step, (…,), whose mean over a split is the metric. Leading
    dimensions are any: several networks are measured at once.
    """

    name: str
    function: Callable[..., Any]
    direction: Literal["maximize", "minimize"]
    unit: str
    meaning: str = ""

    def __post_init__(self) -> None:
        _check("direction", self.direction, ("maximize", "minimize"))
        taken = {metric.name for metrics in METRICS.values() for metric in metrics} | {"solved"}
        if not self.name.isidentifier() or self.name in taken:
            raise ValueError(f"{self.name!r} cannot be the name of an own metric")


@dataclass(frozen=True, slots=True)
class TaskDeclaration:
    """See `orch_task`."""

    inputs: InputKind
    outputs: OutputKind
    sampling: Draw
    loss: str
    metrics: tuple[Metric, ...]
    functions: tuple[tuple[str, Callable[..., Any]], ...]
    solved: Solved | None
    baseline: Baseline | None
    files: tuple[str, ...]


def orch_task(
    *,
    inputs: InputKind,
    outputs: OutputKind,
    sampling: Draw = "unknown",
    loss: str | None = None,
    metrics: tuple[OwnMetric, ...] = (),
    solved: Solved | None = None,
    baseline: Baseline | None = None,
    files: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Declare a function that loads a task; see models/shape.py for kinds of input and output.

    sampling: how a replicate gets its test examples: `generated` anew, `resplit` from one pool,
        `fixed`; statistics depend on it, so that the default claims nothing.
    loss: left out, cross_entropy or squared_error, as the outputs are.
    metrics: come before the usual ones; the first of all is what a study compares by default.
    solved: when a trial counts as solved.
    baseline: which answer the dataset's `baselines` are the scores of, and what it sees.
    files: that decide the data, relative to the file of the function; a change of one of them
        makes the results of the task count as missing.
    """
    _check("inputs", inputs, get_args(InputKind))
    _check("outputs", outputs, get_args(OutputKind))
    if outputs == "words":
        _check("inputs", inputs, ("words",))
    _check("sampling", sampling, get_args(Draw))
    _check("loss", loss or LOSSES[outputs][0], LOSSES[outputs])
    own = tuple(Metric(m.name, m.direction, m.unit, m.meaning) for m in metrics)
    reported = (*own, *METRICS[outputs], *([SOLVED] if solved else []))
    if solved is not None:
        _check("solved.metric", solved.metric, tuple(metric.name for metric in reported))
    functions = tuple((metric.name, metric.function) for metric in metrics)
    declaration = TaskDeclaration(
        inputs,
        outputs,
        sampling,
        loss or LOSSES[outputs][0],
        reported,
        functions,
        solved,
        baseline,
        tuple(files),
    )
    return _attached(declaration)


def orch_model(*, takes: InputKind) -> Callable[[Function], Function]:
    """Declare a function that builds a model for one kind of input only.

    Without it a model is tried on every task, and receives images as rows of features.
    """
    _check("takes", takes, get_args(InputKind))
    return _attached((takes,))


def _attached(declaration: object) -> Callable[[Function], Function]:
    def attach(function: Function) -> Function:
        setattr(function, DECLARED, declaration)
        return function

    return attach


def _check(what: str, given: object, allowed: tuple[object, ...]) -> None:
    if given not in allowed:
        raise ValueError(f"{what} {given!r} is not allowed: {', '.join(map(str, allowed))}")
