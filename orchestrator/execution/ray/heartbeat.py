"""The head of a Ray: where it stops answering, the run ends with words of ours.

Ray itself waits a minute for it and then ends this process from a thread of its own, with exit code
1 and nothing cleaned up.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from orchestrator.errors import EnvironmentFault

KNOCK_EVERY_S = 2.0
_KNOCK_S = 5.0  # for one to be answered
_LOST_AFTER = 5  # knocks in a row that nobody answers: well before Ray's own minute

_GRACE_S = 3.0  # for the run to end by itself


class Head:
    """Whether it still answers, as a thread finds out."""

    def __init__(self, address: str, last_words: Callable[[str], None]) -> None:
        self.address, self.last_words = address, last_words
        self.fault: str | None = None
        self.over = Event()

    def check(self) -> None:
        """Raises EnvironmentFault once it has been silent for too long."""
        if self.fault:
            raise EnvironmentFault(self.fault)

    def watch(self) -> None:
        """Until the run is over, or the head is: then the process ends, one way or the other.

        The driver is mostly inside a call of Ray that waits for the head, whatever it is sent.
        """
        self._wait()
        if self.fault and not self.over.wait(_GRACE_S):
            try:
                self.last_words(self.fault)
            finally:
                os._exit(EnvironmentFault.exit_code)

    def _wait(self) -> None:
        missed, reason = 0, ""
        while missed < _LOST_AFTER and not self.over.wait(KNOCK_EVERY_S):
            reason = knock(self.address, _KNOCK_S)
            missed = missed + 1 if reason else 0
        if missed == _LOST_AFTER:
            self.fault = (
                f"the head of the Ray at {self.address} does not answer any more: {reason}\n"
                "    finished packs are in the store: start the Ray again, then the same command "
                "goes on from there"
            )


def knock(address: str, patience_s: float) -> str:
    """Why nobody opens at HOST:PORT; nothing where somebody does."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), patience_s).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


@contextmanager
def head_of(last_words: Callable[[str], None]) -> Iterator[Head]:
    """That of the Ray which this process has joined, watched as long as this lasts.

    last_words: for a process that ends without unwinding; they are given the reason.
    """
    import ray

    head = Head(ray.get_runtime_context().gcs_address, last_words)
    watching = Thread(target=head.watch, daemon=True)
    watching.start()
    try:
        yield head
    finally:
        head.over.set()
