"""How the training of a pack is kept while it lasts. Nothing of torch, for who only hands it on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Shelf(Protocol):
    """Where the checkpoint of a pack lies."""

    def read(self) -> bytes | None: ...

    def write(self, data: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Keeping:
    """How the training of a pack is kept.

    every_s: from one checkpoint to the next.
    pause: called after every epoch; when it raises, the training ends there, but a checkpoint is
        written first.
    """

    shelf: Shelf
    every_s: float
    pause: Callable[[], None]
