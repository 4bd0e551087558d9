"""The one reader of a study's folder: plan.json, study.yaml, events.jsonl, Parquet tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from orchestrator.plan_document import PlanDocument, PlanDocumentError
from orchestrator.reports.data.answers import Answers, Key, answers_of
from orchestrator.reports.data.errors import ReportError
from orchestrator.reports.data.predictions import Predictions, predictions_of
from orchestrator.reports.data.samples import Sample, samples_of
from orchestrator.reports.data.stored import events_of, gradients_of, metrics_of, text_of, trials_of

_TUNING = ["variant_id", "tuning_study", "point", "replicate"]


@dataclass(frozen=True)
class Tables:
    """Everything that a report is made of.

    trials: one row a planned trial, with `variant_id`, `replicate` and `status`; a trial without
        a row in the store has the status "missing".
    metrics, gradients: long tables of the planned trials, with `variant_id` and `replicate`.
    tuning: one row a trial of the tuning, with `variant_id`, `tuning_study`, `point`, `replicate`,
        `status`, finals, and a column a nuisance setting. No result may be read from it: that is
        why no other table has these rows.
    tuning_metrics: the long table of these trials.
    answers: the compared metric on each test example, by variant id and replicate; empty where no
        answers are stored.
    predictions: what networks said of single examples; None where it is not kept.
    samples: a few examples of each task's data; none in a folder without data.json.
    unstored: number of trials whose rows are in these tables and not in the store, so that the
        tables cannot be gathered from it again.
    """

    plan: PlanDocument
    study_text: str
    events: tuple[Mapping[str, Any], ...]
    trials: pd.DataFrame
    metrics: pd.DataFrame
    gradients: pd.DataFrame
    tuning: pd.DataFrame
    tuning_metrics: pd.DataFrame
    answers: Mapping[Key, Answers]
    predictions: Predictions | None
    samples: tuple[Sample, ...]
    unstored: int


def read_tables(folder: Path, unstored: int = 0) -> Tables:
    """Reads `<results>/<study>/`. Only plan.json is needed; all else may be absent or partial.

    unstored: see `Tables`; the store is not read here.
    Raises ReportError without a readable plan.json, or for a table that cannot be read.
    """
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
        answers=answers_of(folder / "answers.parquet", planned, plan.compare.metric),
        predictions=predictions_of(folder, planned),
        samples=samples_of(folder / "data.json"),
        unstored=unstored,
    )


def read_trials(folder: Path) -> tuple[PlanDocument, pd.DataFrame]:
    """Plan and trials alone: enough for outcomes and comparisons, and many times faster."""
    plan = _plan(folder)
    return plan, trials_of(folder / "trials.parquet", _planned(plan))


def _plan(folder: Path) -> PlanDocument:
    path = folder / "plan.json"
    try:
        return PlanDocument.from_json(path.read_bytes())
    except FileNotFoundError:
        raise ReportError(f"{folder}: no plan.json, so no study was run here") from None
    except PlanDocumentError as error:
        raise ReportError(f"{path}: not a plan that this version reads ({error})") from error


def _planned(plan: PlanDocument) -> pd.DataFrame:
    """(trials,) variant_id and replicate by trial_id, in the order of the plan."""
    rows = [
        (trial, variant.variant_id, replicate)
        for variant in plan.variants
        for replicate, trial in enumerate(variant.trials)
    ]
    frame = pd.DataFrame(rows, columns=["trial_id", "variant_id", "replicate"])
    return frame.set_index("trial_id")


def _planned_tuning(plan: PlanDocument) -> pd.DataFrame:
    """(tuning trials,) by trial_id: its point, and its nuisance settings."""
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
