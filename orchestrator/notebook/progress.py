"""How a run shows itself in a cell of a notebook: its lines, and one that changes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from orchestrator.cli.terminal import Terminal
from orchestrator.run.counts import Tally
from orchestrator.run.display import Display

_EVERY_S = 0.5  # that a kernel sends the changing line


def display_here() -> Display:
    """In a kernel of Jupyter the cell, elsewhere the terminal."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    return Cell() if shell and hasattr(shell, "kernel") else Terminal()


class Cell:
    """A display (`orchestrator.run.display`) in the output of a cell."""

    def __init__(self) -> None:
        self.text: Callable[[], str] | None = None  # while packs are trained
        self.handle: Any = None
        self.shown, self.next_at = "", 0.0

    def say(self, line: str) -> None:
        print(line)

    @contextmanager
    def training(self, tally: Tally, text: Callable[[], str]) -> Iterator[None]:
        """The line stays, with what was reached."""
        from IPython.display import display

        self.text, self.shown = text, text()
        self.handle = display(_Line(self.shown), display_id=True)  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            self._show()
            self.text = None

    def tick(self) -> None:
        if self.text and monotonic() >= self.next_at:
            self.next_at = monotonic() + _EVERY_S
            self._show()

    def cut_off(self, fault: str) -> None:
        print(fault, file=sys.stderr, flush=True)

    def _show(self) -> None:
        line = self.text() if self.text else self.shown
        if line != self.shown:
            self.shown = line
            self.handle.update(_Line(line))


class _Line:
    """Text that a cell shows without quotes."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text
