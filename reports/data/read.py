"""The one reader of a study's folder: plan.json, study.yaml, events.jsonl, Parquet tables."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from orchestrator.reports.data.samples import Sample, samples_of
from orchestrator.reports.data.stored import events_of, gradients_of, metrics_of, text_of, trials_of

Level = str | int | float | bool | None
ABSENT = "–"
"""Stands for the level of a factor that a variant does not have."""

_TUNING = ["variant_id", "tuning_study", "point", "replicate"]


class ReportError(Exception):
    """The folder holds no study that a report could be made of; the text says what is missing."""


@dataclass(frozen=True)
class TuningPoint:
    """Nuisance settings that were tried for a variant."""

    tuning_study: int
    point: int
    settings: Mapping[str, Level]
    trials: tuple[str, ...]  # by tuning replicate


@dataclass(frozen=True)
class Selected:
    """Nuisance settings that a tuning study has selected for a variant."""

    tuning_study: int
    point: int
    settings: Mapping[str, Level]
    score: float  # mean of the validation metric over the replicates that completed
    completed: int
    replicates: int


@dataclass(frozen=True)
class Nuisance:
    """A setting that was tuned, and the values that it could have."""

    kind: str  # uniform | log_uniform | int_uniform | choice
    low: float | None
    high: float | None
    levels: tuple[Level, ...] | None
    when: Mapping[str, Level]  # tuned for variants with these levels only


@dataclass(frozen=True)
class Tune:
    """How nuisance settings were chosen, for every variant with the same budget."""

    settings: Mapping[str, Nuisance]
    points: int
    replicates: int
    select: str  # "validation/accuracy"
    direction: str
    unit: str
    studies: int
    method: str  # sobol | optuna


@dataclass(frozen=True)
class Variant:
    """One combination of factor levels and its trials, in the order of replicates."""

    variant_id: str
    label: str
    baseline: str | None  # id of the variant that it is compared with; None where that is excluded
    levels: Mapping[str, Level]  # of the factors that it has, in the order of the study's
    settings: Mapping[str, Level]  # only those that differ between variants
    trials: tuple[str | None, ...]  # None: no settings are selected for this replicate
    tuning: tuple[TuningPoint, ...]  # of all tuning studies; empty where nothing is tuned
    selected: tuple[Selected | None, ...]  # one a tuning study; None: not yet, or impossible

    def level(self, path: str) -> Level:
        return self.levels.get(path, ABSENT)


@dataclass(frozen=True)
class Compare:
    """What the verdict is about, as the study declared it before the run."""

    metric: str  # "test/accuracy"
    direction: str  # maximize | minimize
    unit: str
    baseline: Mapping[str, Level]
    smallest_difference: float | None


@dataclass(frozen=True)
class Metric:
    """A number that the task reports for each split."""

    direction: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Threshold:
    """A trial whose metric reaches the threshold has solved the task."""

    metric: str  # "mse"
    threshold: float


@dataclass(frozen=True)
class Plan:
    """What plan.json says was to be trained."""

    study: str
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
    excluded: tuple[Mapping[str, Any], ...]
    identity: Mapping[str, Any]
    git: Mapping[str, Any] | None
    variants: tuple[Variant, ...]

    @property
    def trials(self) -> int:
        return sum(len(variant.trials) for variant in self.variants)


@dataclass(frozen=True)
class Tables:
    """Everything that a report is made of.

    trials: one row a planned trial, with `variant_id`, `replicate` and `status`; a trial without
        a row in the store has the status "missing".
    metrics, gradients: long tables of the planned trials, with `variant_id` and `replicate`.
    tuning: one row a trial of the tuning, with `variant_id`, `tuning_study`, `point`, `replicate`,
        `status`, finals, and a column a nuisance setting. No result may be read from it: that is
        why these rows stand nowhere else.
    tuning_metrics: the long table of these trials.
    samples: a few examples of each task's data; none in a folder without data.json.
    """

    plan: Plan
    study_text: str
    events: tuple[Mapping[str, Any], ...]
    trials: pd.DataFrame
    metrics: pd.DataFrame
    gradients: pd.DataFrame
    tuning: pd.DataFrame
    tuning_metrics: pd.DataFrame
    samples: tuple[Sample, ...]


def read_tables(folder: Path) -> Tables:
    """Reads `<results>/<study>/`. Only plan.json is needed; all else may be absent or partial."""
    plan = _plan(folder)
    planned, tuning = _planned(plan), _planned_tuning(plan)
    return Tables(
        plan=plan,
        study_text=text_of(folder / "study.yaml"),
        events=events_of(folder / "events.jsonl"),
        trials=trials_of(folder / "trials.parquet", planned),
        metrics=metrics_of(folder / "metrics.parquet", planned),
        gradients=gradients_of(folder / "gradients.parquet", planned),
        tuning=trials_of(folder / "trials.parquet", tuning),
        tuning_metrics=metrics_of(folder / "metrics.parquet", tuning[_TUNING]),
        samples=samples_of(folder / "data.json"),
    )


def read_trials(folder: Path) -> tuple[Plan, pd.DataFrame]:
    """Plan and trials alone: enough for outcomes and comparisons, and many times faster."""
    plan = _plan(folder)
    return plan, trials_of(folder / "trials.parquet", _planned(plan))


def _plan(folder: Path) -> Plan:
    path = folder / "plan.json"
    try:
        return parse_plan(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ReportError(f"{folder}: no plan.json, so no study was run here") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ReportError(f"{path}: not a plan that this version reads ({error!r})") from error


def parse_plan(document: Mapping[str, Any]) -> Plan:
    """plan.json → record. Unknown keys are left alone, so that later versions may add some."""
    return Plan(
        study=document["study"],
        question=document["question"],
        seed=document["seed"],
        replicates=document["replicates"],
        design=document["design"],
        center=document["center"],
        factors={path: tuple(levels) for path, levels in document["factors"].items()},
        fixed=document["fixed"],
        compare=_pick(Compare, document["compare"]),
        tune=_tune(document["tune"]) if document["tune"] else None,
        metrics={name: _pick(Metric, entry) for name, entry in document["metrics"].items()},
        solved=_pick(Threshold, document["solved"]) if document.get("solved") else None,
        excluded=tuple(document["excluded"]),
        identity=document["identity"],
        git=document.get("git"),
        variants=tuple(_variant(entry) for entry in document["variants"]),
    )


def _variant(entry: Mapping[str, Any]) -> Variant:
    return Variant(
        variant_id=entry["variant_id"],
        label=entry["variant"],
        baseline=entry["baseline"],
        levels=entry["levels"],
        settings=entry["settings"],
        trials=tuple(entry["trials"]),
        tuning=tuple(_pick(TuningPoint, point) for point in entry["tuning"]),
        selected=tuple(best and _pick(Selected, best) for best in entry["selected"]),
    )


def _tune(entry: Mapping[str, Any]) -> Tune:
    settings = {path: _pick(Nuisance, spec) for path, spec in entry["settings"].items()}
    tune: Tune = _pick(Tune, {**entry, "settings": settings})
    return tune


def _pick(record: Any, entry: Mapping[str, Any]) -> Any:
    return record(**{name: entry[name] for name in record.__dataclass_fields__})


def _planned(plan: Plan) -> pd.DataFrame:
    """(trials,) variant_id and replicate by trial_id, in the order of the plan."""
    rows = [
        (trial, variant.variant_id, replicate)
        for variant in plan.variants
        for replicate, trial in enumerate(variant.trials)
    ]
    frame = pd.DataFrame(rows, columns=["trial_id", "variant_id", "replicate"])
    return frame.set_index("trial_id")


def _planned_tuning(plan: Plan) -> pd.DataFrame:
    """(tuning trials,) by trial_id: where each stands, and its nuisance settings."""
    rows = [
        {
            "trial_id": trial,
            "variant_id": variant.variant_id,
            "tuning_study": point.tuning_study,
            "point": point.point,
            "replicate": replicate,
            **point.settings,
        }
        for variant in plan.variants
        for point in variant.tuning
        for replicate, trial in enumerate(point.trials)
    ]
    nuisance = list(plan.tune.settings) if plan.tune else []
    frame = pd.DataFrame(rows, columns=["trial_id", *_TUNING, *nuisance])
    return frame.set_index("trial_id")
