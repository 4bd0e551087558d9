"""The exact test of paired differences: flip their signs in every possible way."""

import numpy as np

from orchestrator.reports.statistics.intervals import Floats

EXACT_UP_TO = 16  # replicates; 2^16 sign patterns are looked at one by one
DRAWS = 2**16  # Monte Carlo above that
SEED = 20230627  # of the Monte Carlo draws; stated on the page
_TOLERANCE = 1e-9  # equal sums differ in their last bits when added in another order


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
    sums = np.abs(sign_patterns(n) @ differences)
    return np.asarray(np.divide(sums, scale, out=np.zeros_like(sums), where=scale > 0))


def signflip_p(differences: Floats) -> Floats:
    """(contrasts,) two-sided p-values for (n, contrasts) paired differences.

    Answers: how often would differences at least this one-sided arise if only chance decided,
        for every replicate, which of the two variants came out ahead?
    Assumes: the sign of each difference is exchangeable when the variants are equally good.
    Misleads: with few replicates. n pairs cannot give a p below 2/2ⁿ: .0625 at n = 5.
    Source: Fisher 1935, The Design of Experiments, § 21; Good 2005.
    """
    flipped = statistics(differences)
    return np.asarray((flipped >= flipped[0] - _TOLERANCE).mean(axis=0))


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
    flipped = statistics(differences)
    order = np.argsort(-flipped[0], kind="stable")
    tail = np.maximum.accumulate(flipped[:, order[::-1]], axis=1)[:, ::-1]  # max over the rest
    stepwise = (tail >= tail[0] - _TOLERANCE).mean(axis=0)
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(stepwise)
    return adjusted
