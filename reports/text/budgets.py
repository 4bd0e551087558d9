"""Early stopping in words: variants that did not train equally long."""

from collections.abc import Iterator

import pandas as pd

from orchestrator.reports.data.read import Plan
from orchestrator.reports.variants import names_of

EARLY_STOPPING = "training.early_stopping"


def budget_warnings(plan: Plan, trials: pd.DataFrame) -> Iterator[str]:
    """Nothing where no trial could stop early, or all trained equally long.

    trials: variant_id, status, epochs_done.
    """
    if not _may_stop(plan):
        return
    done = trials[trials["status"] == "completed"]
    epochs = pd.to_numeric(done["epochs_done"])
    if epochs.nunique() < 2:
        return
    means = epochs.groupby(done["variant_id"].map(names_of(plan))).mean().sort_values()
    said = [f"{mean:.3g} in {name}" for name, mean in means.items()]
    spread = f"; on average {said[0]}, {said[-1]}" if means.nunique() > 1 else ""
    yield (
        f"Unequal budgets: trials stopped early, after {epochs.min():.0f} to {epochs.max():.0f} "
        f"epochs{spread}. Variants are compared as each was when it no longer improved, not after "
        "equal training."
    )


def _may_stop(plan: Plan) -> bool:
    levels = (variant.levels.get(EARLY_STOPPING) for variant in plan.variants)
    return any(value is not None for value in (plan.fixed.get(EARLY_STOPPING), *levels))
