"""All contrasts of a study as one family: p-values, their adjustment, and both intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orchestrator.reports.statistics.comparisons.adjustment import holm
from orchestrator.reports.statistics.comparisons.signflip import max_t_p, signflip_p
from orchestrator.reports.statistics.comparisons.signflip_intervals import (
    Ends,
    Present,
    signflip_intervals,
    simultaneous_intervals,
)
from orchestrator.reports.statistics.intervals import Floats, t_half_width, welch, welch_half_width
from orchestrator.reports.statistics.outcomes.divergence import Sides, Values

ALPHA = 0.05
DESCRIPTIVE_BELOW = 6  # replicates: 2/2ⁿ exceeds .05, so no verdict is possible


@dataclass(frozen=True)
class Tested:
    """What the family's test says of one contrast; ends in the metric's unit, maybe infinite."""

    p: float
    adjusted: float
    alone: tuple[float, float]  # 95 % interval of this difference, if it were the only one
    together: tuple[float, float]  # 95 % for all intervals of the family at once


def paired_family(sides: Sequence[Sides], all_tested: int) -> list[Tested]:
    """One result per contrast whose two sides have the same replicates.

    all_tested: contrasts of the family, the unpaired ones included. Each group gets the share of
    the 5 % that is its share of the contrasts (Bonferroni), which keeps the whole family at 5 %.

    Answers: which of these differences is real, and in which range does each lie?
    Assumes: joint symmetry of the differences; step-down max-T for every family, which needs no
        smaller p for more contrasts, as Holm's adjustment does, and uses that contrasts share
        their replicates.
    Misleads: where shapes differ, see `signflip_p`. Below 6 pairs, where the sign-flip test
        rejects nothing, the interval is Student's: a description.
    Source: `signflip.max_t_p`, `signflip_intervals`.
    """
    if not sides:
        return []
    table, present = _differences(sides)
    alpha = ALPHA * len(sides) / all_tested
    adjusted = _adjusted_paired(table, all_tested)
    alone = _described(signflip_intervals(table, present, ALPHA), table, present)
    together = simultaneous_intervals(table, present, alpha)
    columns = signflip_p(table).tolist(), adjusted.tolist(), alone.pairs(), together.pairs()
    return [Tested(*row) for row in zip(*columns, strict=True)]


def unpaired_family(sides: Sequence[tuple[Floats, Floats]], all_tested: int) -> list[Tested]:
    """The same by Welch's test for (n,) against (m,) values, adjusted by Holm.

    The simultaneous intervals are Bonferroni's, which reject 0 only where Holm does.
    """
    p = np.array([welch(a, b)[2] for a, b in sides])
    adjusted = _adjusted_unpaired(p, all_tested)
    return [
        _welch_row(a, b, float(own), float(of_all), 1 - ALPHA / all_tested)
        for (a, b), own, of_all in zip(sides, p, adjusted, strict=True)
    ]


def exact_family(contrasts: Sequence[Values | float]) -> list[tuple[float, float]]:
    """(p, p adjusted) of each contrast, where p comes from a test of its own.

    contrasts: paired differences by replicate, which are tested by flipping signs, or the p-value
    of an unpaired test. Adjusted as in `paired_family` and `unpaired_family`.
    """
    paired = [each for each in contrasts if not isinstance(each, float)]
    others = np.array([each for each in contrasts if isinstance(each, float)], dtype=float)
    table = _table(paired)
    own = zip(signflip_p(table).tolist(), _adjusted_paired(table, len(contrasts)), strict=True)
    rest = zip(others.tolist(), _adjusted_unpaired(others, len(contrasts)), strict=True)
    each = (next(rest if isinstance(contrast, float) else own) for contrast in contrasts)
    return [(p, float(adjusted)) for p, adjusted in each]


def _adjusted_paired(table: Floats, all_tested: int) -> Floats:
    return np.asarray(np.minimum(max_t_p(table) * all_tested / max(table.shape[1], 1), 1.0))


def _adjusted_unpaired(p: Floats, all_tested: int) -> Floats:
    return np.asarray(np.minimum(holm(p) * all_tested / max(p.size, 1), 1.0))


def _welch_row(a: Floats, b: Floats, p: float, adjusted: float, level: float) -> Tested:
    mean = float(a.mean() - b.mean())
    alone, together = welch_half_width(a, b), welch_half_width(a, b, level)
    return Tested(p, adjusted, (mean - alone, mean + alone), (mean - together, mean + together))


def _differences(sides: Sequence[Sides]) -> tuple[Floats, Present]:
    """(replicates, contrasts); 0 and absent where a replicate is missing on both sides.

    A zero leaves the sign-flip distribution as it would be without that replicate.
    """
    table = _table([_paired(each) for each in sides])
    replicates = sorted({replicate for each in sides for replicate in each.variant})
    there = [[r in s.variant for s in sides] for r in replicates]
    return table, np.array(there, dtype=bool).reshape(table.shape)


def _paired(sides: Sides) -> Values:
    return {
        replicate: value - sides.baseline[replicate] for replicate, value in sides.variant.items()
    }


def _table(differences: Sequence[Values]) -> Floats:
    """(replicates, contrasts); 0 where a replicate is missing."""
    replicates = sorted({replicate for each in differences for replicate in each})
    rows = [[each.get(replicate, 0.0) for each in differences] for replicate in replicates]
    return np.array(rows, dtype=float).reshape(len(replicates), len(differences))


def _described(ends: Ends, table: Floats, present: Present) -> Ends:
    """Student's interval in the columns with fewer than 6 pairs."""
    n = present.sum(axis=0)
    mean = table.sum(axis=0) / n
    squares = (np.where(present, table - mean, 0.0) ** 2).sum(axis=0)
    half = t_half_width(n, np.sqrt(squares / np.maximum(n - 1, 1)))
    few = n < DESCRIPTIVE_BELOW
    return Ends(np.where(few, mean - half, ends.low), np.where(few, mean + half, ends.high))
