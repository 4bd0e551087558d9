"""What the probes of the engine see before training."""

from typing import cast

import pandas as pd

from orchestrator.models.catalogue import TASKS
from orchestrator.models.settings import ModelSettings, TaskSettings
from orchestrator.plan.records import Pack, Trial
from orchestrator.study.probes import Probes
from orchestrator.study.records import LoopSettings, Variant
from orchestrator.study.settings import Loss, Training
from orchestrator.training.engine import train


def gradients(
    task: TaskSettings,
    model: ModelSettings,
    *,
    seeds: int,
    examples: int,
    quantity: str,
    loss: str | None = None,
) -> pd.DataFrame:
    """One row a seed, one column a position (layer or lag)."""
    training = Training(epochs=1, batch_size="full", loss=cast(Loss, loss or TASKS[task.name].loss))
    settings = LoopSettings(task, model, training, Probes(examples=examples))
    variant = Variant("untrained", "untrained", {}, settings)
    trials = tuple(Trial(f"{seed:04}", variant, seed) for seed in range(seeds))
    pack = Pack("reproduction", trials, study="reproduction", study_seed=0, code_digest="")
    rows = pd.DataFrame(train(pack).gradients)
    rows = rows[(rows.epoch == 0) & (rows.quantity == quantity)]
    return rows.pivot_table(index="trial_id", columns="position", values="value")
