"""Notices that the head of a Ray cluster has died, and ends the run with a message and cleanup.

Ray itself waits a minute for it and then ends this process from a thread of its own, with exit code
1 and nothing cleaned up.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from orchestrator.errors import EnvironmentFault

PERIOD_S = 2.0
_TIMEOUT_S = 5.0  # of one connection
_LOST_AFTER = 5  # failed connections in a row: well before Ray's own minute

_GRACE_S = 3.0  # for the run to end by itself


class Heartbeat:
    """Connects to the head again and again. fault: set once it has not answered for too long."""

    def __init__(self, address: str, on_exit: Callable[[str], int]) -> None:
        self.address, self.on_exit = address, on_exit
        self.fault: str | None = None
        self.run_is_over = Event()

    def check(self) -> None:
        """Raises EnvironmentFault once the head has not answered for too long."""
        if self.fault:
            raise EnvironmentFault(self.fault)

    def watch(self) -> None:
        """Return when the run is over. If the head dies and the run does not end, exit the process.

        The driver is mostly inside a call of Ray that waits for the head and cannot be interrupted.
        """
        self._wait()
        if self.fault and not self.run_is_over.wait(_GRACE_S):
            code = EnvironmentFault.exit_code
            try:
                code = self.on_exit(self.fault)
            finally:
                os._exit(code)

    def _wait(self) -> None:
        missed, reason = 0, ""
        while missed < _LOST_AFTER and not self.run_is_over.wait(PERIOD_S):
            reason = connection_error(self.address, _TIMEOUT_S)
            missed = missed + 1 if reason else 0
        if missed == _LOST_AFTER:
            self.fault = (
                f"the head of the Ray cluster at {self.address} no longer answers: {reason}\n"
                "    finished packs are in the store: start the cluster again, then run the same "
                "command to continue"
            )


def connection_error(address: str, timeout_s: float) -> str:
    """Why a connection to HOST:PORT fails; empty if it succeeds."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout_s).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


@contextmanager
def heartbeat(on_exit: Callable[[str], int]) -> Iterator[Heartbeat]:
    """Watch the head of the cluster that this process has joined.

    on_exit: called with the reason before the process exits without unwinding; returns its exit
    code.
    """
    import ray

    made = Heartbeat(ray.get_runtime_context().gcs_address, on_exit)
    Thread(target=made.watch, daemon=True).start()
    try:
        yield made
    finally:
        made.run_is_over.set()
