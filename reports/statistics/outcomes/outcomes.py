"""Per variant: the final metric of every replicate, its mean and interval, and what failed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestrator.gradient_metrics import is_gradient
from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.outcomes.mean_intervals import mean_interval


@dataclass(frozen=True)
class Outcome:
    """What one variant reached. Numbers are in the metric's unit, None where n is too small."""

    variant_id: str
    values: Mapping[int, float]  # replicate → final value, of completed trials; see `outcomes`
    counts: Mapping[str, int]  # completed, diverged, failed, missing → trials
    mean: float | None
    sd: float | None
    median: float | None
    low: float | None
    high: float | None

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def lost(self) -> int:
        """Trials that diverged or failed and have no value."""
        gone = self.counts["diverged"] + self.counts["failed"]
        return min(gone, sum(self.counts.values()) - self.counts["missing"] - self.n)


Row = tuple[int, str, float]  # replicate, status, final value (NaN: none)
STATUSES = ("completed", "diverged", "failed", "missing")


def outcomes(trials: pd.DataFrame, compare: Compare) -> dict[str, Outcome]:
    """variant_id → Outcome, in the order of the plan.

    trials: variant_id, replicate, status, `final.<metric>`; one row a planned trial. compare: names
    the metric and its unit.

    Answers: how well does each variant do, and how much does that depend on the seed?
    Assumes: what `mean_intervals.mean_interval` does.
    Misleads: when trials diverged or failed. They have no final value, so mean and interval speak
        of the survivors only; the numbers of planned, completed, diverged and failed trials are
        shown beside them for that reason. Comparisons count diverged trials: see
        `divergence.counted`. A gradient before training is known of trials that diverged later,
        and they are among the values.
    Source: Bouthillier et al. 2021, "Accounting for Variance in Machine Learning Benchmarks".
    """
    column = f"final.{compare.metric}"
    table = trials if column in trials else trials.assign(**{column: np.nan})
    names = ("variant_id", "replicate", "status", column)
    rows: dict[str, list[Row]] = {}
    columns = (table.astype({column: float})[name].tolist() for name in names)
    for variant, replicate, status, value in zip(*columns, strict=True):
        rows.setdefault(str(variant), []).append((int(replicate), str(status), value))
    return {variant: _outcome(variant, each, compare) for variant, each in rows.items()}


def _outcome(variant_id: str, rows: Sequence[Row], compare: Compare) -> Outcome:
    ended = ("completed", "diverged") if is_gradient(compare.metric) else ("completed",)
    values = {
        replicate: value
        for replicate, status, value in sorted(rows)
        if status in ended and not np.isnan(value)
    }
    counted = Counter(status for _, status, _ in rows)
    counts = {status: counted[status] for status in STATUSES}
    return Outcome(variant_id, values, counts, *_summary(np.array(list(values.values())), compare))


def _summary(x: np.ndarray, compare: Compare) -> tuple[float | None, ...]:
    """mean, sd, median, low, high of (n,) values."""
    if x.size == 0:
        return (None,) * 5
    mean, median = float(x.mean()), float(np.median(x))
    if x.size == 1:
        return mean, None, median, None, None
    sd = float(x.std(ddof=1))
    name = compare.metric.split("/")[-1]
    low, high = mean_interval(x.size, mean, sd, name=name, unit=compare.unit)
    return mean, sd, median, float(low), float(high)
