"""Whether one of two groups gets there sooner, when some never do."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from orchestrator.reports.statistics.intervals import Floats

Bools = NDArray[np.bool_]


def log_rank_scores(times: Floats, reached: Bools) -> Floats:
    """(n,) of each: 1 if it got there, less what was to be expected of it until its time.

    times, reached: (n,) as in `kaplan_meier`, of both groups together; the scores add up to 0, and
    those of one group to the log-rank statistic's observed − expected.

    Answers: who got there sooner than chance would have it, given who was still on the way?
    Assumes: that watching stopped for reasons that have nothing to do with the group.
    Misleads: where the curves of two groups cross: early gains and late losses add up to nothing.
    Source: Peto & Peto 1972; the scores are the martingale residuals of the pooled estimate of
        Nelson 1969 and Aalen 1978.
    """
    at, risk, events = _pooled(times, reached)
    hazard = np.concatenate([[0.0], np.cumsum(events / risk)])
    return np.asarray(reached - hazard[np.searchsorted(at, times, side="right")])


def log_rank(times: Floats, reached: Bools, first: Bools) -> tuple[float, float]:
    """(z, two-sided p) of the group `first` against the others; z > 0: it gets there sooner.

    times, reached, first: (n,). 0 and 1 where nobody got there.

    Answers: do two groups that share no replicates get there equally fast?
    Assumes: as `log_rank_scores`, and enough who got there for a normal approximation.
    Misleads: with few who did: the p-value is then approximate; and where curves cross.
    Source: Mantel 1966; the variance is hypergeometric.
    """
    at, risk, events = _pooled(times, reached)
    share = ((times >= at[:, None]) & first).sum(axis=1) / risk
    left = np.divide(risk - events, risk - 1, out=np.zeros(at.size), where=risk > 1)
    variance = float((events * share * (1 - share) * left).sum())
    difference = float(log_rank_scores(times, reached)[first].sum())
    z = difference / variance**0.5 if variance > 0 else 0.0
    return z, float(2 * ndtr(-abs(z)))


def _pooled(times: Floats, reached: Bools) -> tuple[Floats, Floats, Floats]:
    """Times at which anyone got there; how many were on the way then; how many got there."""
    at = np.unique(times[reached])
    risk = (times >= at[:, None]).sum(axis=1)
    events = ((times == at[:, None]) & reached).sum(axis=1)
    return at, risk.astype(float), events.astype(float)
