"""Variants that were still improving when training ended: more epochs might change who wins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestrator.gradient_metrics import is_gradient
from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.intervals import Floats, t_half_width

TAIL = 0.2  # share of the epochs, at the end
STILL = 0.05  # share of the whole gain that the tail may bring
LEVEL = 0.99  # of the interval of the tail's gain, as every variant of a study is looked at
FEWEST = 4  # values of a curve; fewer have no tail

EPOCHS = "training.epochs"


@dataclass(frozen=True)
class Improving:
    """Variants whose curve still rose at the end; `of` is empty where none did."""

    metric: str  # of the curves, "validation/accuracy"
    epochs: int | None  # that the study sets for all variants; None where they differ
    of: Mapping[str, float]  # variant id → what the tail brought of the whole gain, a share


def improving(plan: PlanDocument, metrics: pd.DataFrame, trials: pd.DataFrame) -> Improving:
    """metrics: variant_id, replicate, epoch, split, metric, value. trials: with their status.

    Answers: would the variants have come further with more epochs, so that a difference, or its
        absence, may be one of speed? A variant is still improving if the last `TAIL` of its epochs
        brought more than `STILL` of the whole gain of its mean curve, and that gain is no chance:
        its `LEVEL` interval over seeds lies above 0 (below three seeds: every seed gained).
    Assumes: what the t-interval does; the compared metric of the validation split, where it was
        measured, shows what the test split would. A trial that stopped early keeps its last value.
        More epochs change no gradient that was measured before training: there none is named.
    Misleads: as an acquittal: a network that has not begun to learn does not improve either, and
        may begin later. How many epochs would be enough, no curve says.
    Source: the same rule as of the tuning, `tuning_audit`; Godbole et al. 2023.
    """
    name = _curve_of(plan, metrics)
    epochs = plan.fixed.get(EPOCHS)
    epochs = epochs if isinstance(epochs, int) else None
    if is_gradient(plan.compare.metric):
        return Improving(name, epochs, {})
    split, _, metric = name.partition("/")
    done = trials.loc[trials["status"] == "completed", ["variant_id", "replicate"]]
    rows = metrics[(metrics["split"] == split) & (metrics["metric"] == metric)]
    rows = rows.merge(done, on=["variant_id", "replicate"])
    sign = 1 if plan.metrics[metric].direction == "maximize" else -1
    curves = dict(_curves(rows))
    shares = {
        variant: share
        for variant in map(str, rows["variant_id"].unique())  # in the order of the study
        if (share := _share(curves[variant] * sign)) is not None and share > STILL
    }
    return Improving(name, epochs, shares)


def _curve_of(plan: PlanDocument, metrics: pd.DataFrame) -> str:
    """The compared metric, of the validation split where that was measured."""
    split, name = plan.compare.metric.split("/")
    if name not in plan.metrics:
        split, name = "test", next(iter(plan.metrics))
    measured = metrics.loc[metrics["metric"] == name, "split"]
    return f"validation/{name}" if (measured == "validation").any() else f"{split}/{name}"


def _curves(rows: pd.DataFrame) -> Iterator[tuple[str, Floats]]:
    """Each variant with its (replicates, epochs); after its end a trial keeps its last value."""
    if rows.empty:
        return
    wide = rows.groupby(["variant_id", "replicate", "epoch"])["value"].mean().unstack("epoch")
    values, variants = wide.to_numpy(dtype=float), wide.index.get_level_values("variant_id")
    names, starts = np.unique(np.asarray(variants, dtype=str), return_index=True)
    for name, own in zip(names.tolist(), np.split(values, starts[1:]), strict=True):
        measured = own[:, ~np.isnan(own).all(axis=0)]  # variants may train for unlike times
        for epoch in range(1, measured.shape[1]):
            ended = np.isnan(measured[:, epoch])
            measured[ended, epoch] = measured[ended, epoch - 1]
        yield name, measured


def _share(table: Floats) -> float | None:
    """What the tail brought of the whole gain; None where it brought nothing beyond chance."""
    if table.shape[1] < FEWEST or not np.isfinite(table).all():
        return None
    gains = table[:, -1] - table[:, -1 - _tail(table.shape[1])]
    least = (
        gains.min()
        if len(gains) < 3
        else gains.mean() - t_half_width(len(gains), gains.std(ddof=1), LEVEL)
    )
    return tail_share(table.mean(axis=0)) if least > 0 else None


def tail_share(curve: Floats) -> float | None:
    """Gain in the last fifth of the epochs / whole gain, of a curve that is to rise; (epochs,)."""
    if len(curve) < FEWEST:
        return None
    whole = float(curve.max() - curve[0])
    return float(curve[-1] - curve[-1 - _tail(len(curve))]) / whole if whole > 0 else None


def _tail(values: int) -> int:
    return max(1, round(TAIL * (values - 1)))
