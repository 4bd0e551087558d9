"""Learning curves: the mean of a metric over replicates by epoch, with its interval."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.statistics.intervals import Floats, t_half_width
from reports.statistics.solved import wilson


@dataclass(frozen=True)
class Curve:
    """One variant, one `<split>/<metric>`; arrays by epoch, t-interval NaN below n = 2."""

    variant_id: str
    metric: str
    epochs: tuple[int, ...]
    n: tuple[int, ...]
    mean: Floats
    low: Floats
    high: Floats


def curves(metrics: pd.DataFrame) -> tuple[Curve, ...]:
    """One curve for every variant and `<split>/<metric>`, ordered by both.

    metrics: variant_id, replicate, epoch, split, metric, value.

    Answers: how fast does a variant learn, and is it still improving at the end?
    Assumes: what the t-interval assumes, at each epoch separately.
    Misleads: as a test between variants (neighbouring epochs are one and the same run), and after
        an epoch at which n falls: trials that diverged leave the mean, so it may seem to recover.
    Source: descriptive; the interval is that of `intervals.t_half_width`, for `solved` (a share of
        trials) that of `solved.wilson`.
    """
    if metrics.empty:
        return ()
    keys = ["variant_id", "split", "metric", "epoch"]
    table = metrics.groupby(keys)["value"].agg(["size", "mean", "std"]).reset_index()
    groups = table.groupby(["variant_id", "split", "metric"])
    return tuple(_curve(str(v), f"{s}/{m}", rows) for (v, s, m), rows in groups)


def _curve(variant_id: str, metric: str, rows: pd.DataFrame) -> Curve:
    mean = rows["mean"].to_numpy(dtype=float)
    low, high = (_share if metric.endswith("/solved") else _interval)(mean, rows)
    epochs, n = (tuple(int(x) for x in rows[column]) for column in ("epoch", "size"))
    return Curve(variant_id, metric, epochs, n, mean, low, high)


def _interval(mean: Floats, rows: pd.DataFrame) -> tuple[Floats, Floats]:
    half = t_half_width(rows["size"], np.nan_to_num(rows["std"].to_numpy(dtype=float)))
    return mean - half, mean + half


def _share(mean: Floats, rows: pd.DataFrame) -> tuple[Floats, Floats]:
    n = rows["size"].to_numpy(dtype=float)
    return wilson(np.round(mean * n), n)
