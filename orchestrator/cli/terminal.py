"""The terminal, as a run shows itself: one live line, or a plain line now and then."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from orchestrator.cli.output import unfiltered
from orchestrator.run.counts import Tally
from orchestrator.shown_text import shown

_PLAIN_EVERY_S = 10.0
_BAR_WIDTH = 12
_CLEAR_LINE = "\r\x1b[2K\x1b[?25h"  # of the live line, and the cursor shown again


class Terminal:
    """A display (`orchestrator.run.display`) on stdout."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(file=unfiltered(sys.stdout))
        self.is_live = self.console.is_terminal and not self.console.is_dumb_terminal
        self.text: Callable[[], str] | None = None  # while packs are trained
        self.next_line_at = 0.0

    def say(self, line: str) -> None:
        self.console.print(shown(line), markup=False, emoji=False, highlight=False, soft_wrap=True)

    @contextmanager
    def training(self, tally: Tally, text: Callable[[], str]) -> Iterator[None]:
        """The live line is shown while this lasts, and leaves no trace."""
        if self.is_live:
            drawn = partial(_bar, tally, text)
            with Live(get_renderable=drawn, console=self.console, transient=True):
                yield
            return
        self.text, self.next_line_at = text, monotonic() + _PLAIN_EVERY_S
        try:
            yield
        finally:
            self.text = None

    def tick(self) -> None:
        if self.text and monotonic() >= self.next_line_at:
            self.next_line_at = monotonic() + _PLAIN_EVERY_S
            self.say(self.text())

    def cut_off(self, fault: str) -> None:
        start = _CLEAR_LINE if self.is_live else ""
        print(f"{start}{shown(fault)}", file=unfiltered(sys.stderr), flush=True)


def _bar(tally: Tally, text: Callable[[], str]) -> Table:
    line = Table.grid(padding=(0, 1))
    total = max(tally.total, 1)
    line.add_row(ProgressBar(total, tally.trials, _BAR_WIDTH, complete_style="cyan"), shown(text()))
    return line
