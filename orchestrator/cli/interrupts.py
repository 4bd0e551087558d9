"""Ctrl-C and SIGTERM: the first asks the run to end, the second ends it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop(BaseException):
    """Raised wherever the program is when the first signal comes. No `except Exception` eats it."""


class Interrupts:
    """Whether a signal has come."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self.is_deferred = False

    def check(self) -> None:
        """Raise where it is safe, or again where a library swallowed it the first time."""
        if self.signal is not None:
            raise Stop

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Inside, only `check` raises. An exception out of nowhere breaks Ray's compiled code:
        it ends in "SystemError: … returned a result with an exception set".
        """
        self.is_deferred = True
        try:
            yield
        finally:
            self.is_deferred = False
        self.check()

    def handle(self, number: int, frame: FrameType | None) -> None:
        self.signal = signal.Signals(number)
        for name in _SIGNALS:
            signal.signal(name, signal.SIG_DFL)  # the next one kills
        if not self.is_deferred:
            raise Stop


@contextmanager
def interruptible() -> Iterator[Interrupts]:
    """Turns the first signal into `Stop`. For the main thread."""
    interrupts = Interrupts()
    before = {name: signal.signal(name, interrupts.handle) for name in _SIGNALS}
    try:
        yield interrupts
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
