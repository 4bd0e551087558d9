"""Which members stop early, and which epoch of each is its result."""

from typing import Any, Literal

import torch
from torch import Tensor

from orchestrator.study.settings import Training


class EarlyStopping:
    """Follows the validation loss of each member from epoch 1 on; the untrained net never counts.

    A member stops in the epoch that is the `patience`-th in a row without a loss below its lowest
    one, as with EarlyStopping of Keras and of Lightning (`min_delta` 0).

    patience: None: no member stops early.
    select: `last`: the state in which training ends is the result; `best`: that of the epoch with
        the lowest validation loss, the first of equal ones.
    waited: (members,), epochs since the lowest loss.
    """

    def __init__(
        self, patience: int | None, members: int, select: Literal["last", "best"] = "last"
    ) -> None:
        self.patience, self.select = patience, select
        self.best_loss = torch.full((members,), torch.inf, dtype=torch.float64)
        self.best_epoch = torch.zeros(members, dtype=torch.long)
        self.waited = torch.zeros(members, dtype=torch.long)

    @classmethod
    def of(cls, training: Training, members: int) -> "EarlyStopping":
        """As the settings that all members share say."""
        return cls(training.early_stopping, members, training.select)

    def update(self, epoch: int, losses: Tensor) -> None:
        """losses: of the validation split, (members,)."""
        if epoch == 0:
            return
        better = (losses < self.best_loss) & ~self.stopping
        self.best_loss = torch.where(better, losses, self.best_loss)
        self.best_epoch = torch.where(better, epoch, self.best_epoch)
        self.waited = torch.where(better, 0, self.waited + 1)

    @property
    def stopping(self) -> Tensor:
        """Which members stop now, or stopped earlier, (members,) of bool."""
        if self.patience is None:
            return torch.zeros_like(self.waited, dtype=torch.bool)
        return self.waited >= self.patience

    def may_count(self, epoch: int, is_last: bool) -> bool:
        """Whether this epoch may become the result of a member."""
        may_end = is_last or self.patience is not None
        return epoch > 0 and (may_end or self.select == "best")

    def counting(self, epoch: int, is_last: bool) -> Tensor:
        """Whose result, as far as is known, is this epoch; (members,) of bool.

        With `last` also members that stopped earlier: the recorder knows which are still trained.
        """
        if self.select == "best":
            return self.best_epoch == epoch
        return self.stopping | is_last

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
