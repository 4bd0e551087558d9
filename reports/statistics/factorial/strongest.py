"""The factor that moves the compared metric most."""

from dataclasses import dataclass

import numpy as np

from orchestrator.plan_document import Level, PlanDocument
from orchestrator.reports.statistics.factorial.analysis import Factorial

ALPHA = 0.05


@dataclass(frozen=True)
class Strongest:
    """A factor, and the levels at which the metric's mean over the others is largest and least."""

    path: str
    span: float  # in the metric's unit
    best: Level
    best_mean: float
    worst: Level
    worst_mean: float
    is_beyond_chance: bool


def strongest(plan: PlanDocument, found: Factorial | None) -> Strongest | None:
    """None where factors are not crossed, or no mean over the others is known.

    Answers: which factor moves the compared metric most, from its worst level to its best, on
        average over the levels of the others?
    Assumes: what `marginal_means` does. It is beyond chance if the analysis of variance gives it a
        p of at most 5 % divided by the number of factors (Bonferroni).
    Misleads: where factors interact, as the average may be of nothing that occurs; and as a
        property of the factor: levels chosen farther apart move more.
    Source: as `marginal_means` and `anova`.
    """
    if found is None or not found.main_effects:
        return None
    means = max(found.main_effects, key=lambda each: each.span)
    path = found.crossing.factors[means.axes[0]]
    levels, sign = plan.factors[path], 1 if plan.compare.direction == "maximize" else -1
    values = means.mean * sign
    best, worst = int(np.nanargmax(values)), int(np.nanargmin(values))
    p = next(term.p for term in found.anova.terms if term.factors == means.axes)
    return Strongest(
        path,
        means.span,
        levels[best],
        float(means.mean[best]),
        levels[worst],
        float(means.mean[worst]),
        p is not None and p * len(found.crossing.factors) <= ALPHA,
    )
