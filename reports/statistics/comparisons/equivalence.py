"""Equivalence: when a difference is certainly smaller than the smallest that matters."""

import numpy as np

from orchestrator.reports.statistics.intervals import Floats

Interval = tuple[float, float]  # low, high
_ROUNDING = 1e-9


def is_equivalent(
    alone: Interval, together: Interval, smallest: float, differences: Floats | None
) -> bool:
    """Whether all differences that the family's interval allows are smaller than `smallest`.

    alone, together: the 95 % interval of this difference, and of all differences of the family;
    differences: (n,) paired ones, None if unpaired.

    Answers: may the two variants be taken for one another, as far as their means go?
    Assumes: `smallest` was declared before the run. The rule is that of two one-sided tests
        (TOST), each at 2.5 % over the whole family: the simultaneous interval lies inside. So
        does that of this difference alone when corrected for skew (`skew_corrected`). An interval
        holds its ends, so one that ends at ± smallest is not inside: shares of right answers are
        often tied, and end there often.
    Misleads: where rare failures decide the mean. None of n seeds failed does not say that none
        will: the page says beside each how many of all seeds may (Wilson's interval).
    Source: Schuirmann 1987; Hall 1992 for the correction; `docs/statistics.md` has the measured
        share of false equivalents.
    """
    if differences is not None:
        alone = skew_corrected(*alone, differences)
    ends = *alone, *together
    return all(abs(end) < smallest * (1 - _ROUNDING) for end in ends)


def skew_corrected(low: float, high: float, differences: Floats) -> Interval:
    """The ends of an interval of the mean, moved by the skew of (n,) differences.

    Answers: how far would the ends lie if skewed differences are taken as such? The end on the
        side of the long tail moves out, as a mean is underestimated where its tail is not seen.
    Assumes: the sample's skewness is about that of all seeds. It is the smaller, the fewer they
        are, so the correction is too weak for very skewed differences and n < 10.
    Misleads: far from the mean: of |t| above about 3 the transformation is no longer accurate.
    Source: Hall 1992, JRSS B 54, the monotone cubic transformation of Student's t, in the form of
        Zhou & Gao 2000.
    """
    n, mean, sd = differences.size, differences.mean(), differences.std()
    if n < 3 or sd <= 1e-12 * abs(mean) or sd == 0:
        return low, high
    error = float(differences.std(ddof=1)) / n**0.5
    skew = float((((differences - mean) / sd) ** 3).mean()) / n**0.5
    ends = (float(mean) - error * _student(float(mean - end) / error, skew) for end in (low, high))
    first, second = ends
    return first, second


def _student(normal: float, skew: float) -> float:
    """The t whose transformation has this value; skew: the sample's skewness / √n."""
    if abs(skew) < 1e-9:
        return normal
    return float(3 / skew * (np.cbrt(1 + skew * (normal - skew / 6)) - 1))
