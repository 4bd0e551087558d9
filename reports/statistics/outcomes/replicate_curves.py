"""One metric by epoch of each trial by itself."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestrator.reports.statistics.intervals import Floats


@dataclass(frozen=True)
class ReplicateCurves:
    """The trials of one variant."""

    variant_id: str
    replicates: tuple[int, ...]
    epochs: tuple[int, ...]
    values: Floats  # (replicates, epochs), NaN where a trial has no value


def replicate_curves(metrics: pd.DataFrame, metric: str) -> tuple[ReplicateCurves, ...]:
    """Ordered by variant.

    metrics: variant_id, replicate, epoch, split, metric, value. metric: `<split>/<metric>`.

    Answers: do all seeds learn alike, or does a mean hide that some learn early and others never?
    Assumes: nothing.
    Misleads: where lines lie on top of each other: it does not show how many there are.
    Source: descriptive.
    """
    split, _, name = metric.partition("/")
    rows = metrics[(metrics["split"] == split) & (metrics["metric"] == name)]
    return tuple(
        _of_variant(str(variant), own) for variant, own in rows.groupby("variant_id", sort=True)
    )


def _of_variant(variant: str, rows: pd.DataFrame) -> ReplicateCurves:
    replicates, epochs = (np.unique(rows[key].to_numpy()) for key in ("replicate", "epoch"))
    values = np.full((replicates.size, epochs.size), np.nan)
    places = np.searchsorted(replicates, rows["replicate"]), np.searchsorted(epochs, rows["epoch"])
    values[places] = rows["value"]
    return ReplicateCurves(variant, tuple(replicates.tolist()), tuple(epochs.tolist()), values)
