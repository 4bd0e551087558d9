"""Notices that Ray has died under a run, and ends the run with a message and cleanup.

That is the head of the cluster, or the raylet of this machine. Ray itself waits a minute for the
one and some seconds for the other, and then ends this process from a thread of its own, with exit
code 1 and nothing cleaned up.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from orchestrator.errors import EnvironmentFault

PERIOD_S = 2.0
_TIMEOUT_S = 5.0  # of one connection
_LOST_AFTER = 5  # failed connections in a row: well before Ray's own minute
_CONTINUE = "run the same command to continue"
_GRACE_S = 3.0  # for the run to end by itself


class Heartbeat:
    """Connects to Ray again and again. fault: set once it has not answered for too long.

    address: of the head. raylet: path of the socket of this machine's raylet. own: whether this
    run has started the cluster.
    """

    def __init__(
        self, address: str, raylet: str, on_exit: Callable[[str], int], *, own: bool = False
    ) -> None:
        self.address, self.raylet, self.on_exit, self.own = address, raylet, on_exit, own
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
        missed = 0
        while not self.fault and not self.run_is_over.wait(PERIOD_S):
            reason = connection_error(self.address, _TIMEOUT_S)
            missed = missed + 1 if reason else 0
            if missed == _LOST_AFTER:
                self.fault = self._lost_head(reason)
            elif reason := socket_error(self.raylet):
                self.fault = self._lost_process("raylet", reason)

    def _lost_head(self, reason: str) -> str:
        if self.own:
            return self._lost_process("gcs_server", reason)
        return (
            f"the head of the Ray cluster at {self.address} no longer answers: {reason}\n"
            f"    finished packs are in the store: start the cluster again, then {_CONTINUE}"
        )

    def _lost_process(self, name: str, reason: str) -> str:
        first = "" if self.own else "start Ray again on this machine, then "
        return (
            f"Ray's process {name} on this machine no longer answers: {reason}\n"
            "    it was killed, perhaps for want of memory, which the kernel's log says (`dmesg`)\n"
            f"    finished packs are in the store: {first}{_CONTINUE}"
        )


def socket_error(path: str) -> str:
    """Why a connection to a Unix socket fails; empty if it succeeds."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        made.settimeout(_TIMEOUT_S)
        try:
            made.connect(path)
        except TimeoutError:  # it is busy
            return ""
        except OSError as error:
            return error.strerror or str(error)
    return ""


def connection_error(address: str, timeout_s: float) -> str:
    """Why a connection to HOST:PORT fails; empty if it succeeds."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout_s).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


@contextmanager
def heartbeat(on_exit: Callable[[str], int], *, own: bool) -> Iterator[Heartbeat]:
    """Watch the cluster that this process has joined.

    on_exit: called with the reason before the process exits without unwinding; returns its exit
    code. own: whether this run has started the cluster.
    """
    import ray

    here = ray.get_runtime_context()
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    raylet = next(n["RayletSocketName"] for n in nodes if n["NodeID"] == here.get_node_id())
    made = Heartbeat(here.gcs_address, raylet, on_exit, own=own)
    Thread(target=made.watch, daemon=True).start()
    try:
        yield made
    finally:
        made.run_is_over.set()
