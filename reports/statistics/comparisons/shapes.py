"""Contrasts whose two variants have unlike shapes: where a verdict does not speak of means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.special import bdtr

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.comparisons.comparisons import Comparison, sides_of
from orchestrator.reports.statistics.intervals import LEVEL, Floats
from orchestrator.reports.statistics.outcomes.divergence import Diverged, Values

Reason = Literal["two_groups", "skewed"]
RARE = 0.01  # of normal samples that each of the limits flags
DRAWS = 20_000  # normal samples from which the limits of this n are taken
SEED = 20230627


@dataclass(frozen=True)
class Shape:
    """One flagged contrast, variant − baseline, in the metric's unit."""

    reasons: tuple[Reason, ...]  # not empty
    n: int  # pairs
    wins: int  # pairs in which the variant is better
    ties: int
    median: float  # of the differences
    low: float | None  # its exact 95 % interval; None where so few pairs have none
    high: float | None
    p: float  # exact sign test


def shapes(
    compare: Compare,
    rows: Sequence[Comparison],
    values: Mapping[str, Values],
    diverged: Mapping[str, Diverged],
) -> dict[str, Shape]:
    """variant id → Shape, of paired contrasts with a verdict whose shapes are unlike.

    values: variant id → replicate → final value, of completed trials; diverged: as in
    `comparisons.comparisons`.

    Answers: may a verdict come from unlike shapes instead of unlike means, and what holds then?
        Flagged are: two groups of results in one variant and not in the other (a gap that is wide
        compared with both groups, or trials some of which diverged); differences more skewed than
        99 % of normal samples. Unlike spreads alone are no reason: the differences of two
        symmetric distributions are symmetric. Not where all pairs
        agree in sign: there the sign test, which assumes no shape, says what the verdict does. Nor
        where no pair differs by more than the smallest difference that matters.
    Assumes: of the sign test, only independent replicates; a tie decides for neither. Its interval
        of the median is that of order statistics.
    Misleads: as a proof of like shapes. With few replicates most unlike shapes are not seen: of
        n = 10, one that fails in 5 % of seeds against a steady one of the same mean is flagged in
        39 % of studies (most others show no failure), one that fails in 30 % in 97 %; exponential
        against normal results of a fifth of the spread in 20 %. Two normal variants are flagged in
        3 % (n = 6, 10), also with spreads of 1 and 8; Student's t(3) in 15 % (10). The median
        says little of rare failures.
    Source: Conover 1999 for the sign test and the interval; limits by simulation (`limits`). The
        shares above are of 600 simulated studies each; those of normal and failing variants are in
        the test.
    """
    found = {
        row.variant: _shape(compare, row, values, diverged)
        for row in rows
        if row.method == "paired" and not row.descriptive and not row.stuck
    }
    return {variant: shape for variant, shape in found.items() if shape is not None}


def _shape(
    compare: Compare,
    row: Comparison,
    values: Mapping[str, Values],
    diverged: Mapping[str, Diverged],
) -> Shape | None:
    lost = diverged.get(row.variant, {}), diverged.get(row.baseline, {})
    sides = sides_of(compare, row.variant, row.baseline, values, diverged)
    a = np.array(list(sides.variant.values()))
    b = np.array([sides.baseline[replicate] for replicate in sides.variant])
    least = compare.smallest_difference or 0.0
    partly = [0 < len(each) < a.size for each in lost]
    if (a > b).all() or (a < b).all() or row.beyond == 0:
        return None
    groups = [has_two_groups(x, least) or some for x, some in zip((a, b), partly, strict=True)]
    checks: dict[Reason, bool] = {
        "two_groups": groups[0] != groups[1],
        "skewed": abs(skewness(a - b)) > limits(a.size)[0],
    }
    reasons = tuple(reason for reason, holds in checks.items() if holds)
    return _described(reasons, a - b, compare.direction) if reasons else None


def _described(reasons: tuple[Reason, ...], d: Floats, direction: str) -> Shape:
    wins = int((d > 0).sum() if direction == "maximize" else (d < 0).sum())
    ties = int((d == 0).sum())
    low, high = median_interval(d)
    p = sign_test(wins, d.size - ties)
    return Shape(reasons, d.size, wins, ties, float(np.median(d)), low, high, p)


def skewness(x: Floats) -> float:
    """Third standardised moment of (n,) values; 0 where nothing varies."""
    return float(_skewness(x[None])[0])


def _skewness(samples: Floats) -> Floats:
    """(samples,) of (samples, n)."""
    centred = samples - samples.mean(axis=1, keepdims=True)
    variance = (centred**2).mean(axis=1)
    scale = variance**1.5
    third = (centred**3).mean(axis=1)
    tiny = 1e-30 + 1e-24 * np.abs(samples).max(axis=1) ** 3
    return np.asarray(np.divide(third, scale, out=np.zeros_like(third), where=scale > tiny))


def has_two_groups(x: Floats, least: float = 0.0) -> bool:
    """Whether a gap parts (n,) values into two groups, each narrow compared with the gap.

    The gap is wider than half of the range, wider than `least` (what matters of a difference),
    and its ratio to the wider group exceeds what 99 % of normal samples show.
    """
    ratio, gap, span = (float(each[0]) for each in _gap(x[None]))
    return bool(gap > max(least, span / 2, 0.0)) and ratio > limits(x.size)[1]


def _gap(samples: Floats) -> tuple[Floats, Floats, Floats]:
    """(samples,) ratio of the widest gap to the wider group beside it, that gap, the range."""
    ordered = np.sort(samples, axis=1)
    steps = np.diff(ordered, axis=1)
    at, every = steps.argmax(axis=1), np.arange(len(samples))
    gap, span = steps[every, at], ordered[:, -1] - ordered[:, 0]
    below, above = ordered[every, at] - ordered[:, 0], ordered[:, -1] - ordered[every, at + 1]
    inside = np.maximum(below, above)
    ratio = np.divide(gap, inside, out=np.full_like(gap, np.inf), where=inside > 0)
    return ratio, gap, span


@lru_cache(maxsize=64)
def limits(n: int) -> tuple[float, float]:
    """(|skewness|, gap ratio) that 1 % of normal samples of this n exceed."""
    drawn = np.random.default_rng(SEED).normal(size=(DRAWS, n))
    skew = np.quantile(np.abs(_skewness(drawn)), 1 - RARE)
    return float(skew), float(np.quantile(_gap(drawn)[0], 1 - RARE))


def sign_test(wins: int, n: int) -> float:
    """Two-sided p of `wins` of n pairs that are no ties; 1 where there are none."""
    return float(min(1.0, 2 * bdtr(min(wins, n - wins), n, 0.5))) if n else 1.0


def median_interval(d: Floats, level: float = LEVEL) -> tuple[float | None, float | None]:
    """The order statistics that hold the median of all seeds at least so often; None below n = 6.

    d: (n,).
    """
    ordered, ranks = np.sort(d), np.arange(d.size // 2)
    outside = 2 * bdtr(ranks, d.size, 0.5)
    inside = np.flatnonzero(outside <= 1 - level + 1e-12)
    if not inside.size:
        return None, None
    return float(ordered[inside[-1]]), float(ordered[d.size - 1 - inside[-1]])
