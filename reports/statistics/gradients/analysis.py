"""Everything the report says of gradients beyond their means by layer and lag."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from orchestrator.gradient_metrics import is_gradient
from orchestrator.reports.data.read import Tables
from orchestrator.reports.statistics.gradients.decay_comparisons import (
    DecayComparisons,
    decay_comparisons,
)
from orchestrator.reports.statistics.gradients.fits import Underflow, fits, underflows
from orchestrator.reports.statistics.gradients.influence import Influence, influences
from orchestrator.reports.statistics.gradients.phase import Phase, phases
from orchestrator.reports.statistics.gradients.theory import Theories, theories
from orchestrator.reports.statistics.outcomes.outcomes import Outcome


@dataclass(frozen=True)
class Gradients:
    """What gradients.parquet says, beside what the variants reached."""

    fits: pd.DataFrame  # of each trial's decay
    underflow: Underflow
    theories: Theories
    phases: tuple[Phase, ...]
    comparisons: tuple[DecayComparisons, ...]
    influences: tuple[Influence, ...]  # none where a gradient is what is compared


def gradients(tables: Tables, outcomes: Mapping[str, Outcome]) -> Gradients:
    """From gradients.parquet and what the variants reached."""
    plan, fitted = tables.plan, fits(tables.gradients)
    theory = theories(plan, tables.gradients, fitted)
    return Gradients(
        fits=fitted,
        underflow=underflows(fitted, plan),
        theories=theory,
        phases=phases(plan, tables.gradients, theory.by_axis["depth"]),
        comparisons=decay_comparisons(plan, fitted),
        influences=()
        if is_gradient(plan.compare.metric)
        else influences(fitted, outcomes, plan.compare.direction),
    )
