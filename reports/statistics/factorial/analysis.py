"""All that a study which crosses its factors says of each of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.factorial.anova import Anova, anova
from orchestrator.reports.statistics.factorial.crossing import Crossing, crossing
from orchestrator.reports.statistics.factorial.marginal_means import (
    Means,
    interactions,
    main_effects,
)
from orchestrator.reports.statistics.outcomes.outcomes import Outcome


@dataclass(frozen=True)
class Factorial:
    """Shares of the variance, and the means behind them."""

    crossing: Crossing
    anova: Anova
    main_effects: tuple[Means, ...]
    interactions: tuple[Means, ...]  # the strongest first


def factorial(plan: PlanDocument, results: Mapping[str, Outcome]) -> Factorial | None:
    """None where factors are not crossed, or too little is there; results: by variant id."""
    crossed = crossing(plan, {name: each.values for name, each in results.items()})
    explained = anova(crossed.table) if crossed else None
    if crossed is None or explained is None:
        return None
    table = crossed.table
    effects = main_effects(table, plan.compare)
    return Factorial(crossed, explained, effects, interactions(table, explained, plan.compare))
