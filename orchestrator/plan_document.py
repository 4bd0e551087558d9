"""plan.json: what a run was to train, written with the plan, read by the store and the report."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationError,
    WrapSerializer,
)

from orchestrator.path_names import safe_name
from orchestrator.provenance import GitState
from orchestrator.revisions.records import Revision

SCHEMA_VERSION = 2
"""Of plan.json."""

Level = str | int | float | bool | None
Name = Annotated[str, AfterValidator(safe_name)]  # becomes a path


class PlanDocumentError(ValueError):
    """A document is not a plan that this version reads; the text says where."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What, besides its settings, decides the result of every trial of a study."""

    schema_version: int
    data: Mapping[str, str]  # task name (and files given) → fingerprint
    code: Mapping[str, str]  # module → digest of its source


@dataclass(frozen=True, slots=True)
class Compare:
    """What the verdict is about, as the study declared it before the run."""

    metric: str  # "test/accuracy"
    direction: str  # maximize | minimize
    unit: str
    baseline: Mapping[str, Level]
    smallest_difference: float | None  # of a gradient, as all its values, a natural logarithm


@dataclass(frozen=True, slots=True)
class Nuisance:
    """The values that a setting that was tuned could have, in some variants or in all."""

    kind: str  # uniform | log_uniform | int_uniform | choice
    low: int | float | None  # of a range; whole numbers for int_uniform
    high: int | float | None
    levels: tuple[Level, ...] | None
    when: Mapping[str, Level]  # tuned for variants with these levels only


def _listed(given: Any) -> Any:
    """A single range is written without a list, as in a study file."""
    if not isinstance(given, Mapping):
        return given
    return {path: found if isinstance(found, list) else [found] for path, found in given.items()}


def _unlisted(ranges: Any, dump: SerializerFunctionWrapHandler) -> Any:
    return {path: own[0] if len(own) == 1 else own for path, own in dump(ranges).items()}


Ranges = Annotated[
    Mapping[str, tuple[Nuisance, ...]], BeforeValidator(_listed), WrapSerializer(_unlisted)
]
"""Path of a tuned setting → its ranges, of which each variant has at most one."""


@dataclass(frozen=True, slots=True)
class Tune:
    """How nuisance settings were chosen, for every variant with the same budget."""

    settings: Ranges
    points: int
    replicates: int
    select: str  # "validation/accuracy"
    direction: str
    unit: str
    studies: int
    method: str  # sobol | optuna

    def range_of(self, path: str, levels: Mapping[str, Level]) -> Nuisance | None:
        """Of a setting in the variant with these levels; None where it is not tuned."""
        return next((each for each in self.settings.get(path, ()) if _holds(each, levels)), None)


def _holds(nuisance: Nuisance, levels: Mapping[str, Level]) -> bool:
    return all(levels.get(path) == level for path, level in nuisance.when.items())


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that the task reports for each split."""

    direction: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A trial whose metric reaches the threshold has solved the task."""

    metric: str  # "mse"
    threshold: float


@dataclass(frozen=True, slots=True)
class Excluded:
    """A rule of the study, and the labels of the variants that it left out."""

    when: Mapping[str, Any]
    reason: str
    variants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """How a replicate gets its test examples, and how many examples it has.

    sampling: generated (those of two replicates are independent), resplit (drawn from one pool, so
        that two replicates share examples), fixed (the same in every replicate), or unknown.
    pool: size of the pool that `resplit` draws the test examples from; None where unknown.
    n_train, n_validation, n_test: examples of each split; None where only the files say it.
    """

    sampling: Literal["generated", "resplit", "fixed", "unknown"]
    pool: int | None
    n_train: int | None
    n_validation: int | None
    n_test: int | None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The answer that a task's baseline is the score of.

    answer: completes "what … gives". sees: what it sees of the input; empty where it ignores it.
    """

    answer: str
    sees: str


@dataclass(frozen=True, slots=True)
class Task:
    """One of the study's tasks, and the name under which the store keeps examples of its data."""

    settings: Mapping[str, Level]
    sample: Name
    data: Data
    baseline: Baseline | None = None  # None where the task does not say it


@dataclass(frozen=True, slots=True)
class TuningPoint:
    """Nuisance settings that were tried for a variant."""

    tuning_study: int
    point: int
    settings: Mapping[str, Level]
    trials: tuple[str, ...]  # by tuning replicate


@dataclass(frozen=True, slots=True)
class Selected:
    """Nuisance settings that a tuning study has selected for a variant."""

    tuning_study: int
    point: int
    settings: Mapping[str, Level]
    score: float  # mean of the validation metric over the replicates that completed
    completed: int
    replicates: int


@dataclass(frozen=True, slots=True)
class Variant:
    """One combination of factor levels and its trials, in the order of replicates."""

    variant_id: str
    label: Annotated[str, Field(alias="variant")]
    baseline: str | None  # id of the variant that it is compared with; None where that is excluded
    levels: Mapping[str, Level]  # of the factors that it has, in the order of the study's
    settings: Mapping[str, Level]  # only those that differ between variants
    trials: tuple[str | None, ...]  # None: no settings are selected for this replicate
    tuning: tuple[TuningPoint, ...]  # of all tuning studies; empty where nothing is tuned
    selected: tuple[Selected | None, ...]  # per tuning study; None: not yet, or impossible

    def every_trial(self) -> Iterator[str]:
        """Ids of both phases; empty for a replicate whose settings are not selected."""
        yield from (trial or "" for trial in self.trials)
        yield from (trial for point in self.tuning for trial in point.trials)


@dataclass(frozen=True, slots=True)
class Pack:
    """Trials that are trained together in one worker."""

    pack_id: Name
    trials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """The content of plan.json, in the order of its keys."""

    schema_version: int
    study: Name
    question: str
    seed: int
    replicates: int
    design: str  # factorial | one_at_a_time | paired | variants
    center: Mapping[str, Level]  # of the design one_at_a_time; else empty
    factors: Mapping[str, tuple[Level, ...]]
    fixed: Mapping[str, Level]
    compare: Compare
    tune: Tune | None
    metrics: Mapping[str, Metric]
    solved: Threshold | None
    excluded: tuple[Excluded, ...]
    identity: Identity
    tasks: tuple[Task, ...]
    variants: tuple[Variant, ...]
    packs: tuple[Pack, ...]  # those still to be trained
    resources: Mapping[str, Any]
    git: GitState | None = None  # of the study file's folder, when it was run
    revisions: tuple[Revision, ...] = ()  # of a study that says in which state of a repository
    is_own: bool = False  # trials are the user's own: only what they report is known of them

    @property
    def replications(self) -> int:
        """Trials that are reported: one per variant and replicate."""
        return sum(len(variant.trials) for variant in self.variants)

    def every_trial(self) -> Iterator[str]:
        """Ids of both phases; empty for a replicate whose settings are not selected."""
        for variant in self.variants:
            yield from variant.every_trial()

    @classmethod
    def from_json(cls, text: bytes) -> "PlanDocument":
        """Reads plan.json. Unknown keys are ignored: later versions may add some.

        Raises PlanDocumentError that names the first key which is missing or wrong.
        """
        try:
            return _adapter().validate_python(json.loads(text))  # faster than validate_json
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the document"
            raise PlanDocumentError(f"{where}: {first['msg']}") from error
        except ValueError as error:
            raise PlanDocumentError(f"not JSON: {error}") from error

    def to_json(self) -> dict[str, Any]:
        """The content of plan.json; its lists are tuples."""
        document: dict[str, Any] = _adapter().dump_python(self, by_alias=True)
        return document


@cache
def _adapter() -> TypeAdapter[PlanDocument]:
    return TypeAdapter(PlanDocument)
