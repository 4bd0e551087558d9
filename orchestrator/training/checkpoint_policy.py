"""What happens after an epoch of a pack, besides training. No torch: executors import it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol


class CheckpointStorage(Protocol):
    """Holds the last checkpoint of a pack."""

    def read(self) -> bytes | None: ...

    def write(self, data: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the training of a pack is, after an epoch of the stack that it trains."""

    epoch: int
    epochs: int  # of a trial, unless it stops early; 0 where an own trial does not say
    share: float  # of the pack's work: of the epochs of all its trials
    metrics: Mapping[str, float]  # `<split>/<name>` → mean over this stack, as last measured
    resumed: float = 0.0  # share that came from a checkpoint, and took no time here


Pause = Callable[[Reached | None], None]
"""Called with None where several workers train the trial: how far they are is not known here."""


@dataclass(frozen=True, slots=True)
class CheckpointPolicy:
    """Where and how often the training of a pack is checkpointed.

    every_s: seconds from one checkpoint to the next.
    pause: called after every epoch; when it raises, a checkpoint is written and training ends.
    """

    storage: CheckpointStorage
    every_s: float
    pause: Pause
