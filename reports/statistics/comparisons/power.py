"""What n replicates can show: the power of the report's own procedure, by simulation."""

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from orchestrator.reports.statistics.comparisons.family import ALPHA
from orchestrator.reports.statistics.comparisons.simulated_families import (
    LARGEST,
    OWN,
    SEED,
    Singles,
    baselines,
    families,
    flipped,
    flips,
    spread_out,
    step_down,
)

MOST = 100  # replicates that are thought of
POWER = 0.8  # "probably", in all that the report and the terminal say
_DRAWS = 2048  # simulated studies
_CLOSE = 0.006  # to POWER, as a quantile of the normal law: .002 of it
_TRIES = 12
_NORMAL = NormalDist()
_WANTED = _NORMAL.inv_cdf(POWER)


@dataclass(frozen=True)
class _Simulation:
    """Studies in which one contrast is real: what does not depend on how large it is."""

    noise: Singles  # (draws, n) of the real contrast
    sums: Singles  # (draws, patterns): the same, signs flipped
    others: Singles  # (studies, patterns): largest statistic of the contrasts without a difference


def _simulation(n: int, contrasts: int) -> _Simulation:
    signs, rng = flips(n).signs, np.random.default_rng([SEED, n, 4])
    others = np.zeros((_DRAWS, len(signs)), dtype=np.float32)
    own = spread_out(rng, _DRAWS, n)
    if contrasts > 1:
        shared = baselines(n, contrasts - 1)
        own = OWN * own + np.tile(shared, (_DRAWS // len(shared), 1))
        others = flipped(families(n, contrasts - 1)).max(axis=1)
    return _Simulation(own, own @ signs.T, others)


def _power(simulation: _Simulation, effect: float) -> float:
    """Share of studies in which the real contrast has p adjusted ≤ .05, by max-T.

    Of its step-down form only the first step counts: with one real contrast the next ones matter
    in the few studies in which a false one was found before it.
    """
    n = simulation.noise.shape[1]
    shift, signs = np.float32(effect), flips(n).signs
    sums = np.abs(simulation.sums + shift * signs.sum(axis=1))
    own = sums >= sums[:, :1]
    observed = sums[:, 0] / np.sqrt(n * np.square(simulation.noise + shift).sum(axis=1))
    studies = len(simulation.others)
    other = simulation.others >= observed.reshape(-1, studies, 1)
    reached = (own.reshape(other.shape) | other).sum(axis=2)
    return float((reached <= flips(n).most).mean())


def power(n: int, effect: float, contrasts: int) -> float:
    """P(the one real of so many contrasts is found); effect: difference / sd of differences."""
    most = min(n, LARGEST)
    if not flips(most).most:
        return 0.0
    return _power(_simulation(most, contrasts), effect * (n / most) ** 0.5)


@lru_cache(maxsize=128)
def power_if_all(n: int, effect: float, contrasts: int) -> float:
    """The same where all contrasts are real and as large: the share of them that is found."""
    most = min(n, LARGEST)
    if not flips(most).most:
        return 0.0
    return float(step_down(families(most, contrasts, effect * (n / most) ** 0.5)).mean())


def detectable(n: int, sd: float, contrasts: int) -> float | None:
    """The true difference that n replicates find with a chance of 80 %; None if there is none.

    sd: of paired differences, in the metric's unit.

    Answers: how large must a difference be to be found with this many replicates, if it is the
        only one of so many contrasts that is not 0?
    Assumes: normal differences with this spread, correlated by ½ as contrasts that share a
        baseline; the sign-flip test and step-down max-T over all contrasts, as in the report. Where
        several are real each is found more often: see `power_if_all`.
    Misleads: when the spread is a guess, or was measured on few replicates; where differences are
        skewed or tied; where trials fail, so that comparisons are unpaired; and after the run, as
        evidence: what was found is in the interval.
    Source: simulation of Westfall & Young 1993, algorithm 4.1; Cohen 1988 on power.
    """
    found = _detectable_effect(n, contrasts)
    return None if found is None else found * sd


@lru_cache(maxsize=128)
def _detectable_effect(n: int, contrasts: int) -> float | None:
    """In standard deviations. Probit(power) is almost a straight line, which is followed."""
    most = min(n, LARGEST)
    if not flips(most).most:
        return None
    simulation = _simulation(most, contrasts)
    low, high = (0.0, _probit(simulation, 0.0)), (0.0, 0.0)
    guess = (_NORMAL.inv_cdf(1 - ALPHA / 2 / contrasts) + _WANTED) / most**0.5
    for _ in range(_TRIES):
        here = guess, _probit(simulation, guess)
        low, high = (here, high) if here[1] < _WANTED else (low, here)
        if abs(here[1] - _WANTED) < _CLOSE:
            break
        slope = (high[1] - low[1]) / (high[0] - low[0])
        guess = low[0] + (_WANTED - low[1]) / slope if high[0] else 1.5 * guess
    return float(guess * (most / n) ** 0.5)


def _probit(simulation: _Simulation, effect: float) -> float:
    least = 0.5 / _DRAWS
    return _NORMAL.inv_cdf(min(max(_power(simulation, effect), least), 1 - least))


def replicates_for(difference: float, sd: float, contrasts: int) -> int | None:
    """The fewest replicates that find this difference with a chance of 80 %; at most MOST.

    As in `detectable` it is the only one of so many contrasts that is not 0.
    """
    least = next(n for n in range(2, MOST) if flips(n).most)
    if sd == 0:
        return least
    effect = difference / sd
    if power(MOST, effect, contrasts) < POWER:
        return None
    lacking, enough = least - 1, MOST
    while enough - lacking > 1:
        middle = (lacking + enough) // 2
        found = power(middle, effect, contrasts) >= POWER
        lacking, enough = (lacking, middle) if found else (middle, enough)
    return enough
