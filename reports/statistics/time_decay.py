"""How the gradient changes on its way back through the steps of a sequence."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.statistics.geometric import (
    Estimate,
    counts,
    estimate,
    geometric_band,
    slopes,
    square,
)
from reports.statistics.intervals import Floats


@dataclass(frozen=True)
class TimeProfile:
    """One variant, one probed epoch, one state, by lag: steps back from the loss (0: the last)."""

    variant_id: str
    epoch: int
    site: str  # layer and direction: "forward.0"
    quantity: str  # hidden_grad | cell_grad
    lags: tuple[int, ...]
    n: tuple[int, ...]  # replicates behind each mean
    zeros: tuple[int, ...]  # replicates that are exactly zero, left out of the mean
    mean: Floats  # geometric
    low: Floats
    high: Floats
    factor: Estimate | None  # per step back: below 1 the gradient vanishes


def time_decay(gradients: pd.DataFrame) -> tuple[TimeProfile, ...]:
    """One profile for every variant, probed epoch, state and quantity along the time axis.

    gradients: variant_id, replicate, epoch, axis, site, position (lag), quantity, value.

    Answers: by which factor does one step back in time shrink (or grow) the gradient of the last
        step's loss, and after how many steps is half of it left?
    Assumes: log gradient is about linear in the lag; each replicate is fitted alone, over lags
        above 0 (the last state also feeds the output) with a gradient above 0.
    Misleads: with gates, which let some units remember and others forget: the first steps shrink
        the gradient faster than the later ones, and one factor hides it; where exact zeros (an
        underflow, or truncated backpropagation) were left out; at lags that only the longest
        sentences reach; and across cells as a measure of skill: a gradient that arrives is needed
        for learning, it does not prove it.
    Source: Pascanu, Mikolov & Bengio 2013; Chen, Pennington & Schoenholz 2018 for the factor of a
        plain network. Geometric means, as effects multiply.
    """
    time = gradients[gradients["axis"] == "time"]
    groups = time.groupby(["variant_id", "epoch", "site", "quantity"])
    return tuple(
        _profile(str(variant), str(site), str(quantity), rows)
        for (variant, _, site, quantity), rows in groups
    )


def _profile(variant: str, site: str, quantity: str, rows: pd.DataFrame) -> TimeProfile:
    lags, values = square(rows)
    kept = np.where(values > 0, values, np.nan)
    mean, low, high = geometric_band(kept)
    return TimeProfile(
        variant, int(rows["epoch"].iloc[0]), site, quantity, lags, n=counts(np.isfinite(kept)),
        zeros=counts(values == 0), mean=mean, low=low, high=high, factor=step_factor(lags, kept),
    )  # fmt: skip


def step_factor(lags: tuple[int, ...], values: Floats) -> Estimate | None:
    """exp(slope) of log value by lag; values: (replicates, lags), positive or NaN."""
    later = [column for column, lag in enumerate(lags) if lag > 0]
    return estimate(slopes([lags[column] for column in later], np.log(values[:, later])))


def half_life(factor: float) -> float:
    """Steps after which a gradient that shrinks by `factor` a step is halved; else infinite."""
    return math.log(0.5) / math.log(factor) if factor < 1 else math.inf
