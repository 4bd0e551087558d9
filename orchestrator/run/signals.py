"""Ctrl-C, SIGTERM and their like: the first asks the run to end, the second ends it."""

import shlex
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

from orchestrator.errors import Interrupted
from orchestrator.stop_signals import STOP_SIGNALS, URGENT, end_at_once

PATIENCE_S = 10.0  # for what is under way when a signal comes


class Stop(BaseException):
    """Raised wherever the program is when the first signal comes. No `except Exception` eats it."""


class Interrupts:
    """Whether a signal has come."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self.is_urgent = False
        self.is_deferred = False
        self.patience_s: float | None = None

    def check(self) -> None:
        """Raise where it is safe, or again where a library swallowed it the first time."""
        if self.signal is not None:
            raise Stop

    @contextmanager
    def deferred(self, patience_s: float | None = None) -> Iterator[None]:
        """Inside, only `check` raises, so that what is under way can be saved.

        patience_s: raise out of nowhere if it is not called for so long. None waits: an exception
        out of nowhere breaks Ray's compiled code, "SystemError: … returned a result with an
        exception set". An error after a signal counts as its consequence.
        """
        self.is_deferred, self.patience_s = True, patience_s
        try:
            yield
        except Exception:
            self.check()
            raise
        finally:
            self.is_deferred = False
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.check()

    def handle(self, number: int, frame: FrameType | None) -> None:
        if number in URGENT and self.is_urgent:
            end_at_once(number)
        self.is_urgent |= number in URGENT
        if self.signal is not None:
            return
        self.signal = signal.Signals(number)
        if not self.is_deferred:
            raise Stop
        if self.patience_s is not None:
            signal.setitimer(signal.ITIMER_REAL, self.patience_s)

    def run_out(self, number: int, frame: FrameType | None) -> None:
        """The end of the patience."""
        if self.is_deferred:
            raise Stop


@contextmanager
def interruptible() -> Iterator[Interrupts]:
    """Turns the first signal into `Stop`; outside the main thread, which gets none, nothing."""
    interrupts = Interrupts()
    if current_thread() is not main_thread():
        yield interrupts
        return
    heard = [name for name in STOP_SIGNALS if not _is_ignored(name)]
    before = {name: signal.signal(name, interrupts.handle) for name in heard}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, interrupts.run_out)
    try:
        yield interrupts
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _is_ignored(name: signal.Signals) -> bool:
    """As `nohup` has a closed terminal ignored. Of the others, shells decide nothing for a run."""
    return name == signal.SIGHUP and signal.getsignal(name) == signal.SIG_IGN


def interrupted(command: Sequence[str]) -> Interrupted:
    """The error with which a stopped run ends. command: that starts it again."""
    again = shlex.join(command)
    return Interrupted(
        f"interrupted: finished packs are in the store\n    to go on from there: {again}"
    )
