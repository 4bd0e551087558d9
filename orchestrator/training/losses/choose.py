"""Which loss a trial is trained with."""

from orchestrator.models.catalogue import task_entry
from orchestrator.models.losses import LOSSES, Loss
from orchestrator.study.records import LoopSettings
from orchestrator.training.losses.own import OwnLoss


def loss_of(settings: LoopSettings) -> Loss:
    """That of the study, else of the task; before label smoothing."""
    task = task_entry(settings.task)
    part = type(settings.training).own_parts.get("training.loss")
    if part is not None:
        return OwnLoss(part, part.arguments(settings.training), task.outputs)
    return LOSSES[settings.training.loss or task.loss]
