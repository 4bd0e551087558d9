"""Learning curves: the mean of a metric over replicates by epoch, with its interval."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from orchestrator.reports.statistics.intervals import Floats, t_half_width
from orchestrator.reports.statistics.outcomes.solved import wilson


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
    mean, low, high = _means(table)
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


def _means(table: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """(rows,) mean, low, high."""
    mean, n = (table[name].to_numpy(dtype=float) for name in ("mean", "size"))
    half = t_half_width(n, np.nan_to_num(table["std"].to_numpy(dtype=float)))
    share = (table["metric"] == "solved").to_numpy()
    ends = wilson(np.round(np.where(share, mean * n, 0)), n)
    low, high = (
        np.where(share, of_share, of_mean)
        for of_share, of_mean in zip(ends, (mean - half, mean + half), strict=True)
    )
    return mean, low, high
