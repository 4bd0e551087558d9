"""The exact test of paired differences: flip their signs in every possible way."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from orchestrator.reports.statistics.intervals import Floats

Ints = NDArray[np.int64]

EXACT_UP_TO = 16  # replicates; 2^16 sign patterns are looked at one by one
DRAWS = 2**16  # Monte Carlo above that
SEED = 20230627  # of the Monte Carlo draws; stated on the page
BLOCK = 6_000_000  # statistics in memory at a time
TOLERANCE = 1e-9  # equal sums differ in their last bits when added in another order


@lru_cache(maxsize=4)
def sign_patterns(n: int) -> Floats:
    """(patterns, n) of ±1. The first row is all +1: the data as observed.

    Up to n = 16 every pattern whose first sign is +1: the other half mirrors it, and a two-sided
    statistic is the same for both. Above, the observed one and 2¹⁶ random ones from a fixed seed.
    """
    if n <= EXACT_UP_TO:
        bits = np.arange(2 ** max(n - 1, 0))[:, None] >> np.arange(n - 1, -1, -1) & 1
        return np.asarray(1.0 - 2.0 * bits, dtype=float)
    drawn = np.random.default_rng(SEED).integers(0, 2, size=(DRAWS, n))
    return np.vstack([np.ones(n), 1.0 - 2.0 * drawn])


def smallest_p(n: int) -> float:
    """The smallest two-sided p that n pairs can give: 2/2ⁿ, or 1/draws under Monte Carlo."""
    return 2.0 / 2**n if 1 <= n <= EXACT_UP_TO else 1.0 / (DRAWS + 1) if n else 1.0


def statistics(differences: Floats) -> Floats:
    """(patterns, contrasts): |Σ ±d| / √(n Σ d²) for (n, contrasts) paired differences.

    The statistic is a monotone function of Student's |t| (and of |mean|) that stays finite when
    all differences are equal; 0 when all are zero.
    """
    n = len(differences)
    scale = np.sqrt(n * (differences**2).sum(axis=0))
    unit = np.divide(differences, scale, out=np.zeros_like(differences), where=scale > 0)
    return np.asarray(np.abs(sign_patterns(n) @ unit))


def blocks(order: Sequence[int] | Ints, n: int) -> Iterator[Ints]:
    """Column numbers in this order, in parts whose statistics take about 50 MB each."""
    size = max(1, BLOCK // len(sign_patterns(n)))
    columns = np.asarray(order, dtype=np.int64)
    return (columns[start : start + size] for start in range(0, columns.size, size))


def signflip_p(differences: Floats) -> Floats:
    """(contrasts,) two-sided p-values for (n, contrasts) paired differences.

    Answers: how often would differences at least this one-sided arise if only chance decided,
        for every replicate, which of the two variants came out ahead?
    Assumes: the null hypothesis is symmetry: a difference d is as likely as −d. Two variants with
        the same *distribution* of results fulfil it.
    Misleads: where means are equal and shapes are not (one variant steady, the other good with
        rare failures): then the null is false though the means agree, and the test may say so; see
        `shapes`. And with few replicates: n pairs cannot give a p below 2/2ⁿ: .0625 at n = 5.
    Source: Fisher 1935, The Design of Experiments, § 21; Good 2005.
    """
    p = np.empty(differences.shape[1])
    for columns in blocks(range(differences.shape[1]), len(differences)):
        flipped = statistics(differences[:, columns])
        p[columns] = (flipped >= flipped[0] - TOLERANCE).mean(axis=0)
    return p


def max_t_p(differences: Floats) -> Floats:
    """(contrasts,) p-values adjusted for all contrasts at once by step-down max-T.

    differences: (n, contrasts); row i of every column is replicate i.

    Answers: as `signflip_p`, with at most a 5 % chance of any false verdict in the whole family.
    Assumes: one and the same sign flip for all contrasts of a replicate, which keeps their
        correlation (they share seeds and often the baseline). That is exact when the differences
        are jointly symmetric, which holds approximately for means of similar variants.
    Misleads: where the distribution of replicates is very skewed and n is small.
    Source: Westfall & Young 1993, algorithm 4.1; sign flips as in Nichols & Holmes 2002.
    """
    observed = _observed(differences)
    order = np.argsort(-observed, kind="stable")
    stepwise = np.empty(order.size)
    highest = np.zeros(len(sign_patterns(len(differences))))  # of contrasts with less than this
    for columns in blocks(order[::-1], len(differences)):
        flipped = np.column_stack([highest, statistics(differences[:, columns])])
        tail = np.maximum.accumulate(flipped, axis=1)[:, 1:]
        stepwise[columns] = (tail >= observed[columns] - TOLERANCE).mean(axis=0)
        highest = tail[:, -1]
    adjusted = np.empty(order.size)
    adjusted[order] = np.maximum.accumulate(stepwise[order])
    return adjusted


def _observed(differences: Floats) -> Floats:
    """(contrasts,): the statistic of the data as they are."""
    scale = np.sqrt(len(differences) * (differences**2).sum(axis=0))
    sums = np.abs(differences.sum(axis=0))
    return np.asarray(np.divide(sums, scale, out=np.zeros_like(sums), where=scale > 0))
