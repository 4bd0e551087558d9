"""How long the trials of each variant trained, where early stopping made that unequal."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from orchestrator.plan_document import PlanDocument

EARLY_STOPPING = "training.early_stopping"


@dataclass(frozen=True)
class Budgets:
    """Epochs of completed trials."""

    least: float
    most: float
    means: Mapping[str, float]  # by variant id, the smallest first


def budgets(plan: PlanDocument, trials: pd.DataFrame) -> Budgets | None:
    """None where no trial could stop early, or all trained equally long.

    trials: variant_id, status, epochs_done.

    Answers: did the variants train for the same number of epochs?
    Assumes: nothing; epochs are counted.
    Misleads: as a measure of compute: an epoch of one variant may cost more than one of another.
    Source: Prechelt 1998, "Early Stopping - But When?".
    """
    if not _may_stop(plan):
        return None
    done = trials[trials["status"] == "completed"]
    epochs = pd.to_numeric(done["epochs_done"])
    if epochs.nunique() < 2:
        return None
    means = epochs.groupby(done["variant_id"], sort=False).mean().sort_values(kind="stable")
    found = {str(variant): float(mean) for variant, mean in means.items()}
    return Budgets(float(epochs.min()), float(epochs.max()), found)


def _may_stop(plan: PlanDocument) -> bool:
    levels = (variant.levels.get(EARLY_STOPPING) for variant in plan.variants)
    return any(value is not None for value in (plan.fixed.get(EARLY_STOPPING), *levels))
