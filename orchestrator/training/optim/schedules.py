"""When the learning rate falls."""

import torch
from torch import Tensor

from orchestrator.study.settings import Schedule
from orchestrator.training.optim.optimizers import Optimizer

THRESHOLD = 1e-4  # relative improvement that counts, torch's default for ReduceLROnPlateau


class Plateau:
    """Per member: how long the validation loss has not fallen."""

    def __init__(self, members: int) -> None:
        self.best = torch.full((members,), torch.inf, dtype=torch.float64)
        self.best_epoch = torch.zeros(members, dtype=torch.long)
        self.waited = torch.zeros(members, dtype=torch.long)

    def saw(self, epoch: int, losses: Tensor) -> None:
        """losses: (members,)."""
        better = losses < self.best * (1 - THRESHOLD)
        self.best = torch.where(better, losses, self.best)
        self.best_epoch = torch.where(better, epoch, self.best_epoch)
        self.waited = torch.where(better, 0, self.waited + 1)

    def longer_than(self, epochs: int) -> Tensor:
        """(members,) of bool."""
        return self.waited > epochs


def follow(schedule: Schedule, optimizer: Optimizer, plateau: Plateau, epoch: int) -> None:
    """Lower the learning rates that the schedule lowers at the end of this epoch.

    `step` and `plateau` are StepLR and ReduceLROnPlateau of torch.optim.lr_scheduler.
    """
    rates = optimizer.hyper.learning_rate
    if schedule.kind == "step" and epoch % schedule.every_epochs == 0:
        rates *= schedule.factor
    elif schedule.kind == "plateau":
        waited = plateau.longer_than(schedule.patience)
        rates[waited.to(rates.device)] *= schedule.factor
        plateau.waited[waited] = 0
