"""What n replicates can show: the power of a paired comparison, before and after a run."""

from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import nctdtr, stdtrit

ALPHA = 0.05
MOST = 100  # replicates that are thought of
POWER = 0.8  # "probably", in all that the report and the terminal say


def reachable(n: int, contrasts: int) -> float:
    """The largest p of one contrast that still decides it, of those that a sign-flip test can give.

    n: replicates; contrasts: m, all still open. 0.0 where no p is small enough.

    Answers: how small has p to be after the adjustment for m contrasts?
    Assumes: Bonferroni's bound ALPHA / m, the first step of Holm and at worst that of max-T; where
        Holm cannot decide and max-T steps in, the smallest p, 2/2ⁿ, is small enough.
    Misleads: as an exact bound. Contrasts that share their baseline are correlated, and max-T uses
        that: it decides a little more than this.
    Source: Holm 1979; p-values of 2ⁿ sign patterns are multiples of 2/2ⁿ.
    """
    step = float(2.0 ** (1 - n))
    if step > ALPHA:
        return 0.0
    steps = ALPHA / max(contrasts, 1) // step
    return max(step, steps * step)


def power(n: Any, effect: Any, alpha: float) -> Any:
    """P(p ≤ alpha) of a two-sided paired t-test; effect: true difference / sd of differences."""
    critical = stdtrit(n - 1, 1 - alpha / 2)
    shift = np.abs(effect) * np.sqrt(n)
    tails = 1 - nctdtr(n - 1, shift, critical), nctdtr(n - 1, shift, -critical)
    return tails[0] + np.nan_to_num(tails[1])  # scipy gives NaN where the far tail underflows


def detectable(n: int, sd: float, contrasts: int) -> float | None:
    """The true difference that n replicates would probably (80 %) tell from chance; None if none.

    sd: of paired differences, in the metric's unit.

    Answers: how large must a difference be to be found with this many replicates?
    Assumes: differences about normal, with this spread; a t-test in place of the sign flips, whose
        power is nearly the same where their p can be small enough at all.
    Misleads: when the spread is a guess, or was measured on few replicates; and after the run, as
        evidence: what was found is in the interval.
    Source: non-central t; Cohen 1988.
    """
    alpha = reachable(n, contrasts)
    if not alpha:
        return None
    top = 1.0
    while power(n, top, alpha) < POWER:
        top *= 2
    return float(brentq(lambda effect: power(n, effect, alpha) - POWER, 0.0, top)) * sd


def replicates_for(difference: float, sd: float, contrasts: int) -> int | None:
    """The fewest replicates that would probably tell this difference from chance; at most MOST."""
    for n in range(2, MOST + 1):
        alpha = reachable(n, contrasts)
        if alpha and (sd == 0 or power(n, difference / sd, alpha) >= POWER):
            return n
    return None
