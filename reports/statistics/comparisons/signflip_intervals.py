"""Intervals of mean differences by inverting the sign-flip test, alone and for a whole family."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestrator.reports.statistics.comparisons.signflip import blocks, sign_patterns, statistics
from orchestrator.reports.statistics.intervals import Floats

Present = NDArray[np.bool_]
_ROUNDING = 1e-9  # of alpha × patterns, where it should be whole
_BELOW_ONE = 1 - 1e-12


@dataclass(frozen=True)
class Ends:
    """(contrasts,) lower and upper ends; infinite where so few pairs exclude nothing."""

    low: Floats
    high: Floats

    def pairs(self) -> list[tuple[float, float]]:
        return list(zip(self.low.tolist(), self.high.tolist(), strict=True))


def signflip_intervals(differences: Floats, present: Present, alpha: float) -> Ends:
    """All θ that the sign-flip test of differences − θ does not reject at level alpha.

    differences, present: (n, contrasts); where a pair is missing, the difference is 0.

    Answers: which mean differences are compatible with these pairs?
    Assumes: differences lie symmetrically around their mean; no other shape is assumed. Exact up
        to 16 pairs: with n = 6 it is the range from the smallest to the largest difference.
    Misleads: with strong skew, where it covers less than it says (`docs/statistics.md` has the
        table). Below 6 pairs no difference at all can be rejected at 5 %.
    Source: Hartigan 1969, JASA 64: the ends are order statistics of the means of all subsets.
    """
    low, high = np.empty(differences.shape[1]), np.empty(differences.shape[1])
    for columns in blocks(range(differences.shape[1]), len(differences)):
        below, above = _rejected_from(differences[:, columns], present[:, columns])
        low[columns], high[columns] = _ends(below, above, alpha)
    return Ends(low, high)


def simultaneous_intervals(differences: Floats, present: Present, alpha: float) -> Ends:
    """The same for a family: all of the intervals hold together with probability 1 − alpha.

    Answers: as `signflip_intervals`, of whichever comparison is looked at, the largest included.
    Assumes: joint symmetry around the means, as `max_t_p` does around 0. The θ of one contrast is
        tested by single-step max-T, with the other contrasts both as they are and centred at their
        means: whichever is larger. So 0 lies outside only where max-T rejects it, too.
    Misleads: as the step-down verdict's interval: the step-down test may reject 0 where this one
        does not; `family.cut` then ends the interval at 0.
    Source: Westfall & Young 1993 for max-T; inverted as in Hartigan 1969.
    """
    largest = _Largest.of(differences, present)
    low, high = np.empty(differences.shape[1]), np.empty(differences.shape[1])
    for columns in blocks(range(differences.shape[1]), len(differences)):
        d, there = differences[:, columns], present[:, columns]
        below, above = _rejected_from(d, there)
        reach = _distance(d, there, largest.without(columns))
        mean = _means(d, there)
        low[columns], high[columns] = _ends(
            np.minimum(below, mean - reach), np.maximum(above, mean + reach), alpha
        )
    return Ends(low, high)


def _means(differences: Floats, present: Present) -> Floats:
    return np.asarray(differences.sum(axis=0) / np.maximum(present.sum(axis=0), 1))


def _rejected_from(differences: Floats, present: Present) -> tuple[Floats, Floats]:
    """(patterns, contrasts): the θ below and above the mean at which a pattern is as extreme.

    A pattern that flips the signs in F is at least as extreme as the data from that θ on that the
    mean of the differences in F, or of the others, reaches. One that flips all or none always is.
    """
    flipped = (sign_patterns(len(differences)) < 0).astype(float)
    alike = present[:, :1] if present.all() else present  # one column serves all
    sums, counts, n = flipped @ differences, flipped @ alike, alike.sum(axis=0)
    partial = (counts > 0) & (counts < n)
    with np.errstate(invalid="ignore", divide="ignore"):  # of patterns that are not partial
        inside = sums / counts
        outside = (differences.sum(axis=0) - sums) / (n - counts)
    below = np.where(partial, np.minimum(inside, outside), -np.inf)
    return below, np.where(partial, np.maximum(inside, outside), np.inf)


def _ends(below: Floats, above: Floats, alpha: float) -> tuple[Floats, Floats]:
    """p(θ) is the share of patterns that are as extreme; it exceeds alpha between the two ends."""
    place = min(int(alpha * len(below) + _ROUNDING), len(below) - 1)
    low = np.partition(below, place, axis=0)[place]
    return low, -np.partition(-above, place, axis=0)[place]


@dataclass(frozen=True)
class _Largest:
    """(patterns,): the largest statistic, whose contrast it is, and the largest of all others."""

    first: Floats
    column: NDArray[np.int64]
    second: Floats

    @classmethod
    def of(cls, differences: Floats, present: Present) -> "_Largest":
        patterns = len(sign_patterns(len(differences)))
        first, second = np.zeros(patterns), np.zeros(patterns)
        column = np.full(patterns, -1)
        centred = np.where(present, differences - _means(differences, present), 0.0)
        for columns in blocks(range(differences.shape[1]), len(differences)):
            found = np.maximum(statistics(differences[:, columns]), statistics(centred[:, columns]))
            for each, values in zip(columns, found.T, strict=True):
                second = np.maximum(second, np.minimum(first, values))
                column = np.where(values > first, each, column)
                first = np.maximum(first, values)
        return cls(first, column, second)

    def without(self, columns: NDArray[np.int64]) -> Floats:
        """(patterns, columns): the largest statistic of the other contrasts."""
        own = self.column[:, None] == columns
        return np.where(own, self.second[:, None], self.first[:, None])


def _distance(differences: Floats, present: Present, statistic: Floats) -> Floats:
    """How far θ lies from the mean where the data's own statistic, of d − θ, is this large."""
    n, rows = present.sum(axis=0), len(differences)
    centred = np.where(present, differences - _means(differences, present), 0.0)
    squares = (centred**2).sum(axis=0)
    q2 = rows * np.minimum(statistic**2, _BELOW_ONE)
    room = np.maximum(n - q2, 0.0)
    with np.errstate(divide="ignore"):  # no θ is far enough
        far = np.sqrt(q2 / room)
    return np.asarray(np.where(squares > 0, far, 0.0) * np.sqrt(squares / n))
