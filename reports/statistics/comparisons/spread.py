"""How much paired differences scatter, measured on what a study has so far."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from orchestrator.reports.statistics.comparisons.comparisons import Comparison


@dataclass(frozen=True)
class Spread:
    """Standard deviations of paired differences, in the metric's unit."""

    median: float
    largest: float
    comparisons: int
    replicates: int  # the smallest number behind one of them


def spread(rows: Iterable[Comparison]) -> Spread | None:
    """None without a comparison of at least two pairs.

    Answers: what spread may be expected when the same variants are trained on more seeds?
    Assumes: replicates to come are like those seen. Comparisons all of whose values lie at the
        metric's bound are left out: they say nothing of the spread elsewhere.
    Misleads: with few replicates: the true sd may be three times that of three.
    Source: Cohen 1988, on pilot studies.
    """
    paired = [row for row in rows if row.method == "paired" and not row.stuck]
    known = [(row.sd, row.n) for row in paired if row.sd is not None]
    if not known:
        return None
    sds, n = [sd for sd, _ in known], min(n for _, n in known)
    return Spread(float(np.median(sds)), float(np.max(sds)), len(sds), n)
