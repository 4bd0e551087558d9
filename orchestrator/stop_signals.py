"""Signals that ask a program to end, and what is done before one ends it at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

STOP_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
)
"""Ctrl-C; `kill`, Slurm and Kubernetes; a closed terminal; what Slurm's `--signal` and submitit
send some time before they end a job.
"""
URGENT = (signal.SIGINT, signal.SIGTERM)
"""Of these a second one ends the program at once. The others may come twice by themselves."""

_acts: list[Callable[[], None]] = []


@contextmanager
def before_sudden_end(act: Callable[[], None]) -> Iterator[None]:
    """Inside, `end_at_once` does this first."""
    _acts.append(act)
    try:
        yield
    finally:
        _acts.remove(act)


def end_at_once(number: int) -> None:
    """End this process by the signal. What can fail does not keep it alive."""
    for act in reversed(_acts):
        with suppress(Exception):
            act()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
