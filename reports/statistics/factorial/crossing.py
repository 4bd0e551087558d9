"""A factorial study as one array: an axis for each factor, and one for the replicates."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from orchestrator.plan_document import PlanDocument, Variant
from orchestrator.reports.statistics.intervals import Floats


@dataclass(frozen=True)
class Crossing:
    """Final values of a study that crosses at least two factors."""

    factors: tuple[str, ...]  # with two levels or more
    table: Floats  # (levels of each factor …, replicates); NaN where there is no value


def crossing(plan: PlanDocument, values: Mapping[str, Mapping[int, float]]) -> Crossing | None:
    """None where the design is another, or hardly anything is there.

    values: variant id → replicate → final value. Combinations that the study excludes are NaN.
    """
    factors = tuple(path for path, levels in plan.factors.items() if len(levels) > 1)
    replicates = sorted({replicate for each in values.values() for replicate in each})
    if len(factors) < 2 or len(replicates) < 2 or not _crossed(plan):
        return None
    shape = (*(len(plan.factors[path]) for path in factors), len(replicates))
    table = np.full(shape, np.nan)
    for variant in plan.variants:
        for replicate, value in values[variant.variant_id].items():
            table[(*_cell(plan, factors, variant), replicates.index(replicate))] = value
    return Crossing(factors, table)


def _crossed(plan: PlanDocument) -> bool:
    """Whether the factors are crossed, and every variant has all of them."""
    every = all(variant.levels.keys() == plan.factors.keys() for variant in plan.variants)
    return plan.design == "factorial" and every


def _cell(plan: PlanDocument, factors: tuple[str, ...], variant: Variant) -> tuple[int, ...]:
    return tuple(plan.factors[path].index(variant.levels[path]) for path in factors)
