"""The interval that every figure and table of the report uses: Student's t, 95 %."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

LEVEL = 0.95
Floats = NDArray[np.float64]


def t_half_width(n: Any, sd: Any, level: float = LEVEL) -> Floats:
    """Half the width of the interval of a mean, t(n − 1) · sd / √n; NaN below n = 2.

    n, sd: any equal shapes.

    Answers: in which range does the mean over *all* seeds lie, judging by these n?
    Assumes: replicates are independent and about normal; robust to mild skew.
    Misleads: with strong skew at n < 10; near the edge of a metric's range (accuracy 1) it may
        reach beyond it. It is an interval of the mean: single replicates scatter more widely.
    Source: Student 1908; preferred to the bootstrap percentile interval, which covers only about
        85 % at n = 5.
    """
    count, spread = np.asarray(n, dtype=float), np.asarray(sd, dtype=float)
    enough = count >= 2
    safe = np.where(enough, count, 2.0)
    half = stdtrit(safe - 1, 0.5 + level / 2) * spread / np.sqrt(safe)
    return np.asarray(np.where(enough, half, np.nan), dtype=float)


def welch(a: Floats, b: Floats) -> tuple[float, float, float]:
    """(standard error, degrees of freedom, two-sided p) of mean(a) − mean(b), unpaired.

    a, b: (n,), (m,) with n, m ≥ 2. With no variance at all p is 0 or 1.

    Source: Welch 1947.
    """
    parts = np.array([a.var(ddof=1) / a.size, b.var(ddof=1) / b.size])
    error = float(np.sqrt(parts.sum()))
    difference = abs(float(a.mean() - b.mean()))
    if error == 0:
        return 0.0, float(a.size + b.size - 2), float(difference == 0)
    freedom = float(parts.sum() ** 2 / (parts**2 / [a.size - 1, b.size - 1]).sum())
    return error, freedom, float(2 * stdtr(freedom, -difference / error))


def welch_half_width(a: Floats, b: Floats, level: float = LEVEL) -> float:
    """Half the width of Welch's interval of mean(a) − mean(b); a, b: (n,), (m,) with n, m ≥ 2."""
    error, freedom, _ = welch(a, b)
    return float(stdtrit(freedom, 0.5 + level / 2)) * error
