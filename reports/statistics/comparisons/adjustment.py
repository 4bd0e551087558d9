"""Many comparisons at once: p-values adjusted so that 5 % still means 5 % for all of them."""

import numpy as np

from orchestrator.reports.statistics.intervals import Floats


def holm(p: Floats) -> Floats:
    """(contrasts,) adjusted p-values, in the order given.

    Answers: can this difference be believed, given how many were looked at?
    Assumes: nothing about how the contrasts hang together; each p on its own is valid.
    Misleads: when the p-values cannot be small. 36 contrasts of 10 pairs each cannot be adjusted
        below 36 · 2/2¹⁰ = .07, however large the effects: see `comparisons.adjust`.
    Source: Holm 1979, Scandinavian Journal of Statistics 6.
    """
    order = np.argsort(p, kind="stable")
    steps = np.arange(p.size, 0, -1) * p[order]
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if p.size else steps
    return adjusted
