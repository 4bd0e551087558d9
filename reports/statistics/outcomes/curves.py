"""Learning curves: the mean of a metric over replicates by epoch, and each trial by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.mean_intervals import mean_interval


@dataclass(frozen=True)
class Curve:
    """One variant, one `<split>/<metric>`; arrays by epoch, the interval NaN below n = 2."""

    variant_id: str
    metric: str
    epochs: tuple[int, ...]
    n: tuple[int, ...]
    mean: Floats
    low: Floats
    high: Floats


def curves(metrics: pd.DataFrame, units: Mapping[str, str]) -> tuple[Curve, ...]:
    """One curve for every variant and `<split>/<metric>`, ordered by both.

    metrics: variant_id, replicate, epoch, split, metric, value. units: of metrics.

    Answers: how fast does a variant learn, and is it still improving at the end?
    Assumes: what `mean_intervals.mean_interval` does, at each epoch separately.
    Misleads: as a test between variants (neighbouring epochs are one and the same run), and after
        an epoch at which n falls: trials that diverged leave the mean, so it may seem to recover.
    Source: descriptive; the interval is that of `mean_intervals.mean_interval`.
    """
    if metrics.empty:
        return ()
    keys = ["variant_id", "split", "metric", "epoch"]
    table = metrics.groupby(keys)["value"].agg(["size", "mean", "std"]).reset_index()
    mean, low, high = _means(table, units)
    epochs, n = table["epoch"].tolist(), table["size"].tolist()
    names = list(zip(*(table[key].tolist() for key in keys[:3]), strict=True))
    starts = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
    return tuple(
        Curve(
            str(names[start][0]), "/".join(names[start][1:]), tuple(epochs[start:end]),
            tuple(n[start:end]), mean[start:end], low[start:end], high[start:end],
        )
        for start, end in pairwise([*starts, len(names)])
    )  # fmt: skip


def _means(table: pd.DataFrame, units: Mapping[str, str]) -> tuple[Floats, Floats, Floats]:
    """(rows,) mean, low, high."""
    mean, n, sd = (table[name].to_numpy(dtype=float) for name in ("mean", "size", "std"))
    low, high = np.empty(n.size), np.empty(n.size)
    for name, rows in table.groupby("metric").indices.items():
        own = n[rows], mean[rows], np.nan_to_num(sd[rows])
        unit = units.get(str(name), "")
        low[rows], high[rows] = mean_interval(*own, name=str(name), unit=unit)
    return mean, low, high


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
    columns = (rows[key].to_numpy() for key in ("replicate", "epoch", "value"))
    replicates, epochs, values = columns
    return tuple(
        _of_variant(str(variant), replicates[own], epochs[own], values[own])
        for variant, own in sorted(rows.groupby("variant_id").indices.items())
    )


def _of_variant(
    variant: str, replicates: NDArray[Any], epochs: NDArray[Any], values: NDArray[Any]
) -> ReplicateCurves:
    """replicates, epochs, values: of its rows, in any order."""
    found, row = np.unique(replicates, return_inverse=True)
    along, column = np.unique(epochs, return_inverse=True)
    table = np.full((found.size, along.size), np.nan)
    table[row, column] = values
    return ReplicateCurves(variant, tuple(found.tolist()), tuple(along.tolist()), table)
