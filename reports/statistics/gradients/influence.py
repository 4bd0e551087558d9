"""Does decay matter? The decay of the gradient beside what the variants reached."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from orchestrator.reports.statistics.gradients.decay_comparisons import main_groups
from orchestrator.reports.statistics.gradients.geometric import Estimate, estimates
from orchestrator.reports.statistics.intervals import LEVEL, Floats
from orchestrator.reports.statistics.outcomes.outcomes import Outcome

FEWEST = 4  # variants, below which an interval does not exist
FEWEST_IN_ORDER = 5  # variants, below which chance gives the same order too often: p = 2/n!
_QUANTITIES = {"depth": "delta", "time": "hidden_grad"}


@dataclass(frozen=True)
class Point:
    """One variant: what is left of its gradient, and what it reached."""

    variant_id: str
    total: Estimate  # first hidden layer over last, or longest lag over the shortest
    outcome: Outcome


@dataclass(frozen=True)
class Correlation:
    """Spearman's ρ over n variants; None where it does not exist. sign: 0 while it is open."""

    rho: float | None
    low: float | None
    high: float | None
    n: int
    sign: int = 0


@dataclass(frozen=True)
class Influence:
    """One axis at one probe. arrives: ρ with the total itself; change: with |ln total|."""

    axis: str  # depth | time
    epoch: int
    points: tuple[Point, ...]
    arrives: Correlation
    change: Correlation


def influences(
    fitted: pd.DataFrame, outcomes: Mapping[str, Outcome], direction: str
) -> tuple[Influence, ...]:
    """Before training and after it, through depth and through time; needs three variants.

    fitted: of `fits.fits`. direction: of the metric; signs are turned so that ρ > 0 says: the more
    gradient arrives (or the more it changes), the better the variant.

    Answers: do the variants whose gradient arrives reach more?
    Assumes: variants are the unit, n is their number, and only their ranks count. The interval is
        Fisher's z with the standard error √((1 + ρ²/2)/(n − 3)) of Bonett & Wright.
    Misleads: as a cause. The variants are those of the study, no random sample, and what makes
        gradients vanish (depth, scale) changes other things too. Too little and too much both hurt,
        which ρ with the total cannot see; |ln total| is there for that.
    Source: Spearman 1904; Bonett & Wright 2000, Psychometrika 65.
    """
    return tuple(_made(fitted, outcomes, 1.0 if direction == "maximize" else -1.0))


def _made(
    fitted: pd.DataFrame, outcomes: Mapping[str, Outcome], sign: float
) -> Iterator[Influence]:
    for axis, quantity in _QUANTITIES.items():
        rows = fitted[(fitted["axis"] == axis) & (fitted["quantity"] == quantity)]
        rows = rows[rows["site_group"] == rows["variant_id"].map(main_groups(rows))]
        for epoch in sorted({rows["epoch"].min(), rows["epoch"].max()} if len(rows) else ()):
            totals = estimates(rows[rows["epoch"] == epoch], ["variant_id"], "total")
            points = _points(totals, outcomes)
            if len(points) >= 3:
                yield _influence(axis, int(epoch), points, sign)


def _points(
    totals: Mapping[tuple[object, ...], Estimate], outcomes: Mapping[str, Outcome]
) -> tuple[Point, ...]:
    return tuple(
        Point(variant, totals[(variant,)], outcome)
        for variant, outcome in outcomes.items()
        if (variant,) in totals and outcome.mean is not None
    )


def _influence(axis: str, epoch: int, points: Sequence[Point], sign: float) -> Influence:
    logs = np.log([point.total.value for point in points])
    reached = sign * np.array([point.outcome.mean for point in points], dtype=float)
    return Influence(
        axis, epoch, tuple(points), spearman(logs, reached), spearman(np.abs(logs), reached)
    )


def spearman(x: Floats, y: Floats) -> Correlation:
    """ρ of (n,) and (n,), with its interval; none where one of them does not vary, or |ρ| = 1.

    The sign is decided where the interval excludes 0. Where |ρ| = 1, by the permutation test: of n!
    orders without ties, two are as extreme.
    """
    n = len(x)
    if n < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Correlation(None, None, None, n)
    ranks = [pd.Series(values).rank() for values in (x, y)]  # ties share their mean rank
    rho = float(np.corrcoef(ranks)[0, 1])
    if n < FEWEST or abs(rho) > 1 - 1e-9:
        decides = n >= FEWEST_IN_ORDER and len(np.unique(x)) == len(np.unique(y)) == n
        return Correlation(rho, None, None, n, round(rho) if decides else 0)
    half = ndtri(0.5 + LEVEL / 2) * np.sqrt((1 + rho**2 / 2) / (n - 3))
    low, high = np.tanh(np.arctanh(rho) + np.array([-half, half]))
    sign = int(np.sign(low)) if low * high > 0 else 0
    return Correlation(rho, float(low), float(high), n, sign)
