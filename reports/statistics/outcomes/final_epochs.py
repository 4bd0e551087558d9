"""Of which epochs the results are, where that is not simply the last one of the study."""

from dataclasses import dataclass

import pandas as pd

from orchestrator.plan_document import Level, PlanDocument

SELECT, EARLY_STOPPING = "training.select", "training.early_stopping"


@dataclass(frozen=True)
class FinalEpochs:
    """Of completed trials: which epoch's network is their result.

    selected: levels of `training.select` in the study: `last`, `best`, or both.
    least, median, most: of these epochs.
    """

    selected: tuple[Level, ...]
    least: float
    median: float
    most: float


def final_epochs(plan: PlanDocument, trials: pd.DataFrame) -> FinalEpochs | None:
    """None where every result is of the study's last epoch, or nothing is trained.

    trials: status, final_epoch.

    Answers: after how much training was each network judged?
    Assumes: nothing; epochs are counted.
    Misleads: as the time that a variant needs: the lowest validation loss of a noisy curve comes
        early or late by chance.
    Source: none; epochs are counted.
    """
    selected = _levels(plan, SELECT, "last")
    if selected == ("last",) and _levels(plan, EARLY_STOPPING, None) == (None,):
        return None
    epochs = pd.to_numeric(trials.loc[trials["status"] == "completed", "final_epoch"]).dropna()
    if epochs.empty:
        return None
    least, median, most = (float(epochs.quantile(share)) for share in (0, 0.5, 1))
    return FinalEpochs(selected, least, median, most)


def _levels(plan: PlanDocument, path: str, default: Level) -> tuple[Level, ...]:
    """Distinct values of a setting in the variants of a study."""
    fixed = plan.fixed.get(path, default)
    found = [v.levels.get(path, v.settings.get(path, fixed)) for v in plan.variants]
    return tuple(dict.fromkeys(found))
