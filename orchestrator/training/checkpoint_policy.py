"""Where and how often the training of a pack is checkpointed. No torch: executors import it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class CheckpointStorage(Protocol):
    """Holds the last checkpoint of a pack."""

    def read(self) -> bytes | None: ...

    def write(self, data: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class CheckpointPolicy:
    """Where and how often the training of a pack is checkpointed.

    every_s: seconds from one checkpoint to the next.
    pause: called after every epoch; when it raises, a checkpoint is written and training ends.
    """

    storage: CheckpointStorage
    every_s: float
    pause: Callable[[], None]
