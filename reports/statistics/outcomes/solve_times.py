"""When each trial first solved its task, or until when it was watched without."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.intervals import Floats


@dataclass(frozen=True)
class SolveTimes:
    """Trials of one variant that completed or diverged; arrays (trials,), times in epochs."""

    replicates: NDArray[np.int64]
    times: Floats  # first epoch at which it had solved the task, else the last that is known of it
    reached: NDArray[np.bool_]
    diverged: NDArray[np.bool_]  # and had not solved the task before: unsolved to the end
    last: int  # epoch to which the variant was watched


def solve_times(
    plan: PlanDocument, trials: pd.DataFrame, metrics: pd.DataFrame
) -> dict[str, SolveTimes]:
    """variant_id → SolveTimes, of variants whose task can be solved, in the order of the plan.

    trials: trial_id, variant_id, replicate, status. metrics: trial_id, variant_id, epoch, split,
    metric, value; the metric `solved` is 1 at an epoch at which the threshold is reached.
    """
    split = plan.compare.metric.split("/")[0]
    flags = metrics[(metrics["metric"] == "solved") & (metrics["split"] == split)]
    if flags.empty:
        return {}
    known = trials.set_index("trial_id")[["status", "replicate"]]
    seen = _seen(flags).join(known, on="trial_id")
    counted = seen[seen["status"].isin(["completed", "diverged"])]
    last = _last_epochs(plan)
    groups = {str(v): rows for v, rows in counted.groupby("variant_id", sort=False)}
    found = (v.variant_id for v in plan.variants if v.variant_id in groups)
    return {name: _of(groups[name], last.get(name)) for name in found}


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


def _of(rows: pd.DataFrame, planned: int | None) -> SolveTimes:
    end = max(int(rows["last"].max()), planned or 0)
    reached = rows["first"].notna().to_numpy()
    diverged = rows["status"].eq("diverged").to_numpy() & ~reached
    unsolved = np.where(diverged, end, rows["last"].to_numpy(dtype=float))
    times: Floats = np.where(reached, rows["first"].to_numpy(dtype=float), unsolved)
    return SolveTimes(rows["replicate"].to_numpy(dtype=np.int64), times, reached, diverged, end)
