"""Learning rate schedules, of each member its own."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from orchestrator.study import settings
from orchestrator.training.optim.factors import Factor, factor_of
from orchestrator.training.optim.optimizers.protocol import Optimizer

MIN_IMPROVEMENT = 1e-4  # relative to the lowest loss: `threshold` of ReduceLROnPlateau
SMALLEST_CHANGE = 1e-8  # of a learning rate: `eps` of ReduceLROnPlateau


class Schedule:
    """Sets the learning rates of an optimizer before each step: base rate · factor of the step.

    schedules: of each member.   epochs, steps_per_epoch: of training, the same for all.
    lowest: (members,), validation loss at the last improvement by more than `MIN_IMPROVEMENT`.
    waited: (members,), epochs without one; starts anew when a base rate is lowered.
    """

    def __init__(
        self,
        schedules: Sequence[settings.Schedule],
        optimizer: Optimizer,
        epochs: int,
        steps_per_epoch: int,
    ) -> None:
        self.settings, self.optimizer = schedules, optimizer
        self.factors: dict[settings.Schedule, Factor] = {
            each: factor_of(each, epochs, steps_per_epoch) for each in dict.fromkeys(schedules)
        }
        self.plateau = torch.tensor([each.kind == "plateau" for each in schedules])
        self.watches_after = torch.tensor([each.warmup_epochs for each in schedules])
        self.patience = torch.tensor([each.patience for each in schedules])
        falls = [[each.factor] for each in schedules]
        self.fall = torch.tensor(falls).to(optimizer.hyper.base_rate)  # (members, 1)
        self.lowest = torch.full((len(schedules),), torch.inf, dtype=torch.float64)
        self.waited = torch.zeros(len(schedules), dtype=torch.long)
        self._set: list[float] = [1.0] * len(schedules)  # the factors in the learning rates now

    def before_step(self, step: int) -> None:
        """Set the learning rates of a step, the first of which is 0."""
        at_step = {schedule: factor(step) for schedule, factor in self.factors.items()}
        factors = [at_step[schedule] for schedule in self.settings]
        if factors != self._set:
            self._set = factors
            self._write()

    def after_epoch(self, epoch: int, losses: Tensor | None) -> None:
        """Lower the base rates of plateaus that are due; in epoch 0 none is.

        losses: of the validation split, (members,); None where it was not measured.
        """
        if epoch > 0 and losses is not None and self.plateau.any():
            self._watch(losses, self.plateau & (epoch > self.watches_after))

    def _watch(self, losses: Tensor, watched: Tensor) -> None:
        better = watched & (losses < self.lowest * (1 - MIN_IMPROVEMENT))
        self.lowest = torch.where(better, losses, self.lowest)
        self.waited = torch.where(better, 0, self.waited + watched)
        waited_long = self.waited > self.patience
        self.waited[waited_long] = 0
        rates = self.optimizer.hyper.base_rate  # (members, 1)
        change = rates * (1 - self.fall)
        due = waited_long.to(rates.device)[:, None] & (change > SMALLEST_CHANGE)
        rates[due] *= self.fall[due]
        self._write()

    def _write(self) -> None:
        hyper = self.optimizer.hyper
        factors = torch.tensor(self._set, dtype=torch.float64)[:, None]
        hyper.learning_rate.copy_(hyper.base_rate * factors.to(hyper.base_rate.device))

    def state(self) -> dict[str, Any]:
        """What `restore` takes; the learning rates are the optimizer's."""
        return {"lowest": self.lowest, "waited": self.waited, "set": self._set}

    def restore(self, state: dict[str, Any]) -> None:
        self.lowest, self.waited, self._set = state["lowest"], state["waited"], state["set"]
