"""How the gradient changes on its way back through the steps of a sequence."""

import math
from dataclasses import dataclass

import pandas as pd

from orchestrator.reports.statistics.gradients.geometric import (
    ByPlace,
    Estimate,
    estimates,
    summaries,
)

MULTIPLICATIVE = ("hidden_grad", "cell_grad")  # averaged as logarithms
_KEYS = ("variant_id", "epoch", "site", "quantity")


@dataclass(frozen=True)
class TimeProfile:
    """One variant, one probed epoch, one state, by lag: steps back from the loss (0: the last)."""

    variant_id: str
    epoch: int
    site: str  # layer and direction: "forward.0"
    quantity: str  # hidden_grad | cell_grad | forget_gate …
    by_place: ByPlace  # places: lags
    factor: Estimate | None  # per step back: below 1 the gradient vanishes


def time_decay(gradients: pd.DataFrame, fitted: pd.DataFrame) -> tuple[TimeProfile, ...]:
    """One profile for every variant, probed epoch, state and quantity along the time axis.

    gradients: variant_id, replicate, epoch, axis, site, position (lag), quantity, value.
    fitted: of `fits.fits`, one row a trial.

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
    lines = fitted[fitted["axis"] == "time"].rename(columns={"site_group": "site"})
    factors = estimates(lines, _KEYS, "factor")
    return tuple(
        _profile(key, found, factors.get(key))
        for key, found in summaries(time, _KEYS, MULTIPLICATIVE)
    )


def _profile(key: tuple[object, ...], found: ByPlace, factor: Estimate | None) -> TimeProfile:
    variant, epoch, site, quantity = key
    return TimeProfile(str(variant), int(str(epoch)), str(site), str(quantity), found, factor)


def half_life(factor: float) -> float:
    """Steps after which a gradient that shrinks by `factor` a step is halved; else infinite."""
    return math.log(0.5) / math.log(factor) if factor < 1 else math.inf
