"""Learning rate schedules."""

from typing import Any

import torch
from torch import Tensor

from orchestrator.study import settings
from orchestrator.training.optim.optimizers import Optimizer

MIN_IMPROVEMENT = 1e-4  # relative to the lowest loss: `threshold` of ReduceLROnPlateau
SMALLEST_CHANGE = 1e-8  # of a learning rate: `eps` of ReduceLROnPlateau


class Schedule:
    """Lowers the learning rates of an optimizer, as StepLR and ReduceLROnPlateau of torch do.

    lowest: (members,), validation loss at the last improvement by more than `MIN_IMPROVEMENT`.
    waited: (members,), epochs without one; starts anew when a rate is lowered.
    """

    def __init__(self, schedule: settings.Schedule, optimizer: Optimizer) -> None:
        self.settings, self.optimizer = schedule, optimizer
        members = len(optimizer.hyper.learning_rate)
        self.lowest = torch.full((members,), torch.inf, dtype=torch.float64)
        self.waited = torch.zeros(members, dtype=torch.long)

    def step(self, epoch: int, losses: Tensor | None) -> None:
        """Lower the learning rates that are due at the end of this epoch; in epoch 0 none is.

        losses: of the validation split, (members,); None where it was not measured.
        """
        if epoch == 0:
            return
        if self.settings.kind == "step" and epoch % self.settings.every_epochs == 0:
            self.optimizer.hyper.learning_rate *= self.settings.factor
        elif self.settings.kind == "plateau" and losses is not None:
            self._watch(losses)

    def _watch(self, losses: Tensor) -> None:
        better = losses < self.lowest * (1 - MIN_IMPROVEMENT)
        self.lowest = torch.where(better, losses, self.lowest)
        self.waited = torch.where(better, 0, self.waited + 1)
        waited_long = self.waited > self.settings.patience
        self.waited[waited_long] = 0
        rates = self.optimizer.hyper.learning_rate  # (members, 1)
        change = rates * (1 - self.settings.factor)
        due = waited_long.to(rates.device)[:, None] & (change > SMALLEST_CHANGE)
        rates[due] *= self.settings.factor

    def state(self) -> dict[str, Tensor]:
        """What `restore` takes; the learning rates are the optimizer's."""
        return {"lowest": self.lowest, "waited": self.waited}

    def restore(self, state: dict[str, Any]) -> None:
        self.lowest, self.waited = state["lowest"], state["waited"]
