"""Everything the report says of gradients beyond their means by layer and lag."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from reports.statistics.decay_comparisons import DecayComparisons, decay_comparisons
from reports.statistics.fits import fits
from reports.statistics.influence import Influence, influences
from reports.statistics.outcomes import Outcome
from reports.statistics.phase import Phase, phases
from reports.statistics.theory import Theories, theories
from reports.tables import Tables


@dataclass(frozen=True)
class Gradients:
    """Part of the analysis."""

    fits: pd.DataFrame  # of each trial's decay
    theories: Theories
    phases: tuple[Phase, ...]
    comparisons: tuple[DecayComparisons, ...]
    influences: tuple[Influence, ...]


def gradients(tables: Tables, outcomes: Mapping[str, Outcome]) -> Gradients:
    """From gradients.parquet and what the variants reached."""
    plan, fitted = tables.plan, fits(tables.gradients)
    theory = theories(plan, tables.gradients, fitted)
    return Gradients(
        fits=fitted,
        theories=theory,
        phases=phases(plan, tables.gradients, theory.by_axis["depth"]),
        comparisons=decay_comparisons(plan, fitted),
        influences=influences(fitted, outcomes, plan.compare.direction),
    )
