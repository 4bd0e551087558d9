"""The interval of a metric's mean over replicates, inside the range that the metric has."""

from typing import Any

import numpy as np

from orchestrator.reports.statistics.intervals import LEVEL, Floats, t_half_width
from orchestrator.reports.statistics.outcomes.bounds import limits
from orchestrator.reports.statistics.outcomes.solved import wilson

SOLVED = "solved"  # the metric of one trial is 0 or 1


def mean_interval(
    n: Any, mean: Any, sd: Any, *, name: str, unit: str, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """(low, high); NaN below n = 2, of a share of solved trials below n = 1.

    n, mean, sd: any equal shapes, in the metric's unit. name: "accuracy", without its split.

    Answers: in which range does the mean over *all* seeds lie, judging by these n?
    Assumes: what `t_half_width` does; the interval ends where the metric does. The mean of
        *solved* is a share of trials and has Wilson's interval. That one also holds for the mean
        of replicates that are averages over several variants: values between 0 and 1 scatter at
        most as much as zeros and ones of the same mean.
    Misleads: near a bound, where only the end is right: of accuracies that are 100 % but for rare
        failures, neither interval knows the failures that did not occur.
    Source: Student 1908; Wilson 1927. For a share of .9 of n = 6 Student's interval holds the true
        share in 47 % of studies, Wilson's in 98 %; for .5 in 97 % and 97 % (exact sums over the
        binomial distribution, in the test).
    """
    if name == SOLVED:
        return _of_share(n, mean, level)
    half, centre = t_half_width(n, sd, level), np.asarray(mean, dtype=float)
    least, most = limits(name, unit)
    return np.maximum(centre - half, least), np.minimum(centre + half, most)


def _of_share(n: Any, mean: Any, level: float) -> tuple[Floats, Floats]:
    count, share = np.asarray(n, dtype=float), np.asarray(mean, dtype=float)
    return wilson(np.where(count > 0, share * count, np.nan), np.maximum(count, 1), level)
