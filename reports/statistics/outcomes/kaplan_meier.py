"""The share that has not got there yet, by time, when some are not watched to the end."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from orchestrator.reports.statistics.intervals import LEVEL, Floats
from orchestrator.reports.statistics.outcomes.solved import wilson


@dataclass(frozen=True)
class KaplanMeier:
    """The estimate after each time at which someone got there; arrays (times,)."""

    n: int
    times: Floats
    left: Floats  # share not there yet
    error: Floats  # Greenwood's standard error of it
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Median:
    """Time by which half got there; None where the curve, or its band, never falls to a half."""

    value: float | None
    low: float | None
    high: float | None


def kaplan_meier(times: Floats, reached: NDArray[np.bool_], level: float = LEVEL) -> KaplanMeier:
    """times: (n,) at which each got there (reached) or was last seen without having (censored).

    Answers: which share is not there yet at each time, if some were not watched to the end?
    Assumes: those that are no longer watched would have gone on like those that still are; each is
        independent of the others.
    Misleads: where watching stops because nothing happens any more: then the curve is too low. In
        its tail, where few are left, each one is a large step.
    Source: Kaplan & Meier 1958; variance by Greenwood 1926; interval on the scale log(−log S),
        which stays inside 0 and 1 (Kalbfleisch & Prentice 1980). Where nobody is left that scale
        has no end, and Wilson's bound for 0 of n takes its place.
    """
    at = np.unique(times[reached])
    at_risk = (times >= at[:, None]).sum(axis=1)
    events = ((times == at[:, None]) & reached).sum(axis=1)
    left = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
        error = np.where(left > 0, left * greenwood, 0.0)
        width = ndtri(0.5 + level / 2) * greenwood / -np.log(left)
        low, high = left ** np.exp(width), left ** np.exp(-width)
    nobody = left == 0
    ceiling = float(wilson(0, times.size, level)[1])
    ends = np.where(nobody, 0.0, low), np.where(nobody, ceiling, high)
    return KaplanMeier(int(times.size), at, left, error, *ends)


def median(curve: KaplanMeier) -> Median:
    """Where the curve and the two edges of its band first fall to a half.

    Source: Brookmeyer & Crowley 1982.
    """
    return Median(*(_falls(curve.times, edge) for edge in (curve.left, curve.low, curve.high)))


def _falls(times: Floats, edge: Floats) -> float | None:
    there = times[edge <= 0.5 + 1e-12]
    return float(there[0]) if there.size else None
