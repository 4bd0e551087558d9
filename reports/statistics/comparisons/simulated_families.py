"""Simulated families of normal paired differences, and the report's test of many at once."""

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from orchestrator.reports.statistics.comparisons.family import ALPHA
from orchestrator.reports.statistics.comparisons.signflip import sign_patterns

Singles = NDArray[np.float32]  # half the time of float64; differences are continuous, without ties

SEED = 20261130  # of all draws; the same for every effect, so that power grows smoothly
CORRELATION = 0.5  # of two differences that share their baseline and vary equally
OWN = np.float32((1 - CORRELATION) ** 0.5)  # times a standard normal draw: a contrast's own part
LARGEST = 128  # replicates that are simulated; more are like these with a larger effect
_ENUMERATED = 10  # replicates; up to here all sign patterns are used
_DRAWN = 500  # sign patterns of more replicates; ALPHA of them is a whole number
_NORMAL = NormalDist()
_MOST = 2048  # simulated studies
_NUMBERS = 2_000_000  # flipped sums of one simulation: time and memory
_ADDED = 60_000_000  # terms of these sums


@dataclass(frozen=True)
class Flips:
    """The sign patterns of n replicates that a simulation uses, and how many may reach a result."""

    signs: Singles  # (patterns, n) of ±1; the first row is the data as observed
    most: int  # patterns, the observed one among them, at p ≤ ALPHA; 0: no p is small enough


@lru_cache(maxsize=16)
def flips(n: int) -> Flips:
    """Every pattern up to n = 10; above, the observed one and 499 random ones."""
    if n <= _ENUMERATED:
        signs = sign_patterns(n).astype(np.float32)
    else:
        drawn = np.random.default_rng([SEED, n, 3]).integers(0, 2, size=(_DRAWN - 1, n))
        signs = np.vstack([np.ones(n), 1.0 - 2.0 * drawn]).astype(np.float32)
    return Flips(signs, int(ALPHA * len(signs) + 1e-9))


def families(n: int, contrasts: int, effect: float = 0.0) -> Singles:
    """(studies, n, contrasts) normal differences of standard deviation 1 and mean `effect`.

    Contrasts of a study are correlated by CORRELATION, as those that share a baseline. Large
    families and many replicates get fewer studies: their critical values vary less.
    """
    shared = baselines(n, contrasts)
    rng = np.random.default_rng([SEED, n, 2, contrasts])
    own = rng.standard_normal((len(shared), n, contrasts), dtype=np.float32)
    return np.asarray(shared[:, :, None] + OWN * own + np.float32(effect))


def baselines(n: int, contrasts: int) -> Singles:
    """(studies, n): what the baseline's scatter adds to every contrast of a study."""
    rng = np.random.default_rng([SEED, n, 1])
    return np.asarray(np.float32(CORRELATION**0.5) * spread_out(rng, _studies(n, contrasts), n))


def spread_out(rng: np.random.Generator, studies: int, n: int) -> Singles:
    """(studies, n) standard normal draws whose means are evenly spread quantiles of their law.

    Power depends on these means most of all: spread out, a quarter of the studies suffices.
    """
    drawn = rng.standard_normal((studies, n), dtype=np.float32)
    means = rng.permutation(_quantiles(studies)) / np.float32(n**0.5)
    drawn += means[:, None] - drawn.mean(axis=1, keepdims=True)
    return drawn


@lru_cache(maxsize=8)
def _quantiles(count: int) -> Singles:
    """(count,) evenly spread quantiles of the standard normal law."""
    each = [_NORMAL.inv_cdf((place + 0.5) / count) for place in range(count)]
    return np.array(each, dtype=np.float32)


def _studies(n: int, contrasts: int) -> int:
    """A power of two, so that simulations of one contrast can be dealt out to them evenly."""
    sums = len(flips(n).signs) * contrasts
    wanted = min(_MOST, _NUMBERS // sums, _ADDED // (sums * n))
    return int(2 ** np.floor(np.log2(max(wanted, 16))))


def flipped(differences: Singles) -> Singles:
    """(studies, contrasts, patterns): `signflip.statistics` of (studies, n, contrasts)."""
    n = differences.shape[1]
    scale = np.sqrt(n * np.square(differences).sum(axis=1))[:, :, None]
    sums = differences.transpose(0, 2, 1) @ flips(n).signs.T
    np.abs(sums, out=sums)
    return np.asarray(np.divide(sums, scale, out=sums))


def step_down(differences: Singles) -> NDArray[np.bool_]:
    """(studies, contrasts), in any order within a study: p adjusted by step-down max-T ≤ ALPHA.

    differences: (studies, n, contrasts).
    """
    every = flipped(differences)
    order = np.argsort(every[:, :, 0], axis=1)
    largest = np.zeros_like(every[:, 0])
    rejected = np.empty(order.shape, dtype=bool)
    for place, contrast in enumerate(order.T):  # from the smallest statistic to the largest
        np.maximum(largest, every[np.arange(len(every)), contrast], out=largest)
        reached = (largest >= largest[:, :1]).sum(axis=1)
        rejected[:, place] = reached <= flips(differences.shape[1]).most
    return np.logical_and.accumulate(rejected[:, ::-1], axis=1)
