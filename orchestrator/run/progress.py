"""What the terminal shows while packs run: one live line, or now and then a plain one."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from time import monotonic
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from orchestrator.execution.protocol import Summary
from orchestrator.plan.records import Pack
from orchestrator.run.counts import Tally, count

_PLAIN_EVERY_S = 10.0
_BAR_WIDTH = 24
_CLEAR_LINE = "\r\x1b[2K\x1b[?25h"  # of the live line, and the cursor shown again


class Progress:
    """Listens to an executor: counts, shows, and writes the journal.

    record: takes an event's name and facts, for events.jsonl.
    check: raises when the user has asked to stop.
    standing: how far the study is, for the log of a cluster's job; None outside one.
    """

    def __init__(
        self,
        tally: Tally,
        console: Console,
        record: Callable[..., None],
        check: Callable[[], None],
        standing: Callable[[], str] | None = None,
    ) -> None:
        self.tally, self.console, self.record, self.check = tally, console, record, check
        self.standing = standing
        self.live = console.is_terminal and not console.is_dumb_terminal
        self.since = monotonic()
        self.next_line_at = self.since + _PLAIN_EVERY_S

    @contextmanager
    def shown(self) -> Iterator[None]:
        """The live line stands while this lasts, and leaves no trace."""
        if not self.live:
            yield
            return
        with Live(get_renderable=self._line, console=self.console, transient=True):
            yield

    def stand(self) -> None:
        """At the beginning and at the end, however soon that comes."""
        if self.standing:
            self._say(self.standing())

    def started(self, pack: Pack) -> None:
        self.tally.started(pack)
        self.record("pack_started", pack_id=pack.pack_id, trials=len(pack.trials))
        self._maybe_print()

    def finished(self, summary: Summary) -> None:
        self.tally.finished(summary)
        self.record("pack_finished", **asdict(summary))
        if summary.note:
            self._say(f"note: {summary.note}")
        self._maybe_print()

    def lost(self, pack: Pack, reason: str, next_try: Sequence[Pack]) -> None:
        self.tally.lost(pack, next_try)
        following = [part.pack_id for part in next_try]
        self.record("pack_failed", pack_id=pack.pack_id, reason=reason, next_try=following)
        self._say(_loss(pack, reason, next_try))

    def tick(self) -> None:
        self.check()
        self._maybe_print()

    def cut_off(self, fault: str) -> None:
        wall_s = round(monotonic() - self.since, 3)
        print(f"{_CLEAR_LINE if self.live else ''}{fault}", file=sys.stderr, flush=True)
        self.record("interrupted", wall_s=wall_s, **self.tally.counts)

    def _maybe_print(self) -> None:
        if not self.live and monotonic() >= self.next_line_at:
            self.next_line_at = monotonic() + _PLAIN_EVERY_S
            self._say(self.standing() if self.standing else self.tally.text())

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _line(self) -> Table:
        total, done = max(self.tally.total, 1), self.tally.trials
        line = Table.grid(padding=(0, 1))
        bar = ProgressBar(total, done, width=_BAR_WIDTH, complete_style="cyan")
        line.add_row(bar, self.tally.text())
        return line


def _loss(pack: Pack, reason: str, next_try: Sequence[Any]) -> str:
    first = reason.splitlines()[0]
    what = f"pack {pack.pack_id} of {count(len(pack.trials), 'trial')}: {first}"
    if not next_try:
        return f"{what}; the trial counts as failed"
    same = len(next_try) == 1
    return f"{what}; trying it {'again' if same else 'in halves'}"
