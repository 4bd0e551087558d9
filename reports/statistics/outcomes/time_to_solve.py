"""After how many epochs a variant solves its task, counting the trials that never do."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.kaplan_meier import (
    KaplanMeier,
    Median,
    kaplan_meier,
    median,
)


@dataclass(frozen=True)
class TimeToSolve:
    """One variant; times in epochs."""

    variant_id: str
    n: int  # trials that completed or diverged
    solved: int  # reached the threshold at any epoch
    diverged: int  # and had not solved the task before
    stopped: int  # ended unsolved before the last epoch of the study
    last: int  # epoch to which the variant was watched
    curve: KaplanMeier
    median: Median


def time_to_solve(
    plan: PlanDocument, trials: pd.DataFrame, metrics: pd.DataFrame
) -> dict[str, TimeToSolve]:
    """variant_id → TimeToSolve, of variants whose task can be solved.

    trials: trial_id, variant_id, status. metrics: trial_id, variant_id, epoch, split, metric,
    value; the metric `solved` is 1 at an epoch at which the threshold is reached.

    Answers: how fast does a variant solve its task, and how many of its trials never do?
    Assumes: what `kaplan_meier` assumes of trials that stopped early. One that diverged will never
        solve it, so it stays among the unsolved to the end; failed and missing ones do not count.
    Misleads: in what "solved" means: first reached. A trial may lose it again, so that the share at
        the end can be larger than that of `solved`, which looks at the last epoch. Times are as
        coarse as the evaluations: once an epoch. Equal epochs are not equal compute.
    Source: Kaplan & Meier 1958.
    """
    split = plan.compare.metric.split("/")[0]
    flags = metrics[(metrics["metric"] == "solved") & (metrics["split"] == split)]
    if flags.empty:
        return {}
    status = trials.set_index("trial_id")["status"]
    seen = _seen(flags).join(status, on="trial_id")
    counted = seen[seen["status"].isin(["completed", "diverged"])]
    last = _last_epochs(plan)
    groups = {str(v): rows for v, rows in counted.groupby("variant_id", sort=False)}
    found = (v.variant_id for v in plan.variants if v.variant_id in groups)
    return {name: _of(name, groups[name], last.get(name)) for name in found}


def _seen(flags: pd.DataFrame) -> pd.DataFrame:
    """One row a trial: its last epoch, and the first at which it had solved the task (or NaN)."""
    solved = flags[flags["value"] >= 0.5]
    first = solved.groupby("trial_id")["epoch"].min().rename("first")
    rows = flags.groupby(["trial_id", "variant_id"])["epoch"].max().rename("last").reset_index()
    return rows.join(first, on="trial_id")


def _last_epochs(plan: PlanDocument) -> dict[str, int]:
    """variant id → epochs it was to be trained."""
    settings: dict[str, Mapping[str, object]] = {
        variant.variant_id: {**plan.fixed, **variant.settings} for variant in plan.variants
    }
    found = {name: each.get("training.epochs") for name, each in settings.items()}
    return {name: epochs for name, epochs in found.items() if isinstance(epochs, int)}


def _of(variant_id: str, rows: pd.DataFrame, planned: int | None) -> TimeToSolve:
    end = max(int(rows["last"].max()), planned or 0)
    reached = rows["first"].notna().to_numpy()
    diverged = rows["status"].eq("diverged").to_numpy() & ~reached
    unsolved = np.where(diverged, end, rows["last"].to_numpy(dtype=float))
    times: Floats = np.where(reached, rows["first"].to_numpy(dtype=float), unsolved)
    curve = kaplan_meier(times, reached)
    stopped = int((~reached & (times < end)).sum())
    return TimeToSolve(
        variant_id, len(rows), int(reached.sum()), int(diverged.sum()), stopped, end, curve,
        median(curve),
    )  # fmt: skip
