"""Where a run says how it gets on: `orch run` has a display for the terminal."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from orchestrator.run.counts import Tally


class Display(Protocol):
    """Called in the process that runs the study."""

    def say(self, line: str) -> None:
        """Show a line of text."""

    def training(self, tally: Tally, text: Callable[[], str]) -> AbstractContextManager[None]:
        """Packs are trained inside. tally: what is done, updated all the time; text: in words."""

    def tick(self) -> None:
        """Called inside, after each change of the tally and often in between."""

    def cut_off(self, fault: str) -> None:
        """Show why the process ends at once. Called from a thread."""


class Silent:
    """Shows nothing."""

    def say(self, line: str) -> None:
        pass

    def training(self, tally: Tally, text: Callable[[], str]) -> AbstractContextManager[None]:
        return nullcontext()

    def tick(self) -> None:
        pass

    def cut_off(self, fault: str) -> None:
        pass


SILENT = Silent()
