"""How many trials of a variant solved the task, with an interval for the share."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from orchestrator.reports.statistics.intervals import LEVEL, Floats


@dataclass(frozen=True)
class Solved:
    """k of n trials; the interval is of the share that all seeds would solve."""

    k: int
    n: int
    low: float
    high: float


def solved(trials: pd.DataFrame, split: str) -> dict[str, Solved]:
    """variant_id → Solved, of variants whose task can be solved.

    trials: variant_id, status, `final.<split>/solved` (0 or 1; null where the task has no such
    metric). A trial that diverged did not solve the task; failed and missing ones do not count.

    Answers: how often does a variant solve the task at all?
    Assumes: replicates are independent, and each succeeds with the same probability.
    Misleads: at small n, where it is wide: 6 of 6 leaves room for a share of 61 %. A threshold
        makes near misses and total failures equal; look at the replicates too.
    Source: Wilson 1927.
    """
    flags = _flags(trials, split)
    groups = flags.groupby(trials["variant_id"], sort=False)
    return {str(variant): _solved(int(each.sum()), each.size) for variant, each in groups}


def solved_by_replicate(trials: pd.DataFrame, split: str) -> dict[str, dict[int, bool]]:
    """variant_id → replicate → whether it solved the task, of the trials that `solved` counts."""
    flags = _flags(trials, split)
    known = trials.loc[flags.index]
    found: dict[str, dict[int, bool]] = {}
    for variant, replicate, flag in zip(
        known["variant_id"], known["replicate"], flags, strict=True
    ):
        found.setdefault(str(variant), {})[int(replicate)] = bool(flag)
    return found


def _flags(trials: pd.DataFrame, split: str) -> "pd.Series[float]":
    """0 or 1 of each trial that counts, with its index in `trials`."""
    column = f"final.{split}/solved"
    if column not in trials:
        return pd.Series(dtype=float)
    flags = trials[column].mask(trials["status"] == "diverged", 0.0)
    without = trials.loc[flags.isna() & (trials["status"] == "completed"), "variant_id"]
    return flags[flags.notna() & ~trials["variant_id"].isin(without)]


def _solved(k: int, n: int) -> Solved:
    low, high = wilson(k, n)
    return Solved(k, n, float(low), float(high))


def wilson(k: Any, n: Any, level: float = LEVEL) -> tuple[Floats, Floats]:
    """low, high of a share of which k of n were seen; any equal shapes, n ≥ 1."""
    successes, trials = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    z2 = ndtri(0.5 + level / 2) ** 2
    centre = (successes + z2 / 2) / (trials + z2)
    spread = successes * (trials - successes) / trials + z2 / 4
    half = np.sqrt(z2 * spread) / (trials + z2)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
