"""Which members stop early."""

from typing import Any

import torch
from torch import Tensor

MIN_IMPROVEMENT = 1e-4  # relative; torch's default for ReduceLROnPlateau


class EarlyStopping:
    """Counts, for each member, the epochs without a lower validation loss.

    patience: epochs after which a member stops; None: no member does.
    waited: (members,), epochs without improvement; a plateau schedule starts it anew.
    """

    def __init__(self, patience: int | None, members: int) -> None:
        self.patience = patience
        self.best_loss = torch.full((members,), torch.inf, dtype=torch.float64)
        self.best_epoch = torch.zeros(members, dtype=torch.long)
        self.waited = torch.zeros(members, dtype=torch.long)

    def update(self, epoch: int, losses: Tensor) -> None:
        """losses: of the validation split, (members,)."""
        better = losses < self.best_loss * (1 - MIN_IMPROVEMENT)
        self.best_loss = torch.where(better, losses, self.best_loss)
        self.best_epoch = torch.where(better, epoch, self.best_epoch)
        self.waited = torch.where(better, 0, self.waited + 1)

    @property
    def stopping(self) -> Tensor:
        """Which members stop now, or stopped earlier, (members,) of bool."""
        if self.patience is None:
            return torch.zeros_like(self.waited, dtype=torch.bool)
        return self.waited > self.patience

    def may_count(self, is_last: bool) -> bool:
        """Whether the metrics of this epoch may become the final ones of a member."""
        return is_last or self.patience is not None

    def counting(self, epoch: int, is_last: bool) -> Tensor:
        """Whose final metrics, as far as is known, are those of this epoch; (members,) of bool."""
        is_best = (self.best_epoch == epoch) & (self.patience is not None)
        return is_best | (~self.stopping & is_last)

    def state(self) -> dict[str, Tensor]:
        """What `restore` takes."""
        return {
            "best_loss": self.best_loss,
            "best_epoch": self.best_epoch,
            "waited": self.waited,
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.best_loss, self.best_epoch = state["best_loss"], state["best_epoch"]
        self.waited = state["waited"]
