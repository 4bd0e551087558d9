"""The Ray client server of a cluster, `ray://HOST:10001`: starts a driver on its head, follows it.

Ray Tune has to run on the cluster; for a client it moves itself there. Here all of `orch run` does.
"""

import logging
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestrator.errors import EnvironmentFault, InputError, Interrupted, Problem
from orchestrator.execution.driver import Driver
from orchestrator.execution.ray.heartbeat import knock
from orchestrator.execution.ray.local_cluster import environment, own_signal_handlers
from orchestrator.execution.ray.nodes import Cluster

SCHEME = "ray://"
_KNOCK_S = 5.0
_ON_HEAD = {"node:__internal_head__": 0.001}  # Ray's own name for it: that node ends last
_GRACE_S = 60  # of a lost connection: a driver that nobody asks any more needs them to end
_TRIES = 4  # of which one in five fails where the head is busy
_CHATTY = (
    *("ray.client_builder", "ray._private.runtime_env.packaging"),
    *("ray.util.client.dataclient", "ray.util.client.logsclient", "ray.util.client.worker"),
)


class Client:
    """Connected. Raises EnvironmentFault, from every method, once that is over."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._driver: Any = None

    def cluster(self) -> Cluster:
        """Its nodes, and what they have room for."""
        import ray

        with _faults(self.address):
            return Cluster.of(self.address, ray.nodes())  # type: ignore[no-untyped-call]

    def start(self, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        """`orch` with these arguments on the head, in the folder that the archive becomes."""
        import ray

        with _faults(self.address):
            actor: Any = ray.remote(_Actor)
            wanted = actor.options(num_cpus=0, resources=_ON_HEAD, max_concurrency=2)
            self._driver = wanted.remote(arguments, variables)

    def more(self) -> tuple[str, int | None]:
        """What it printed since the last time, perhaps nothing, and its exit code at the end.

        Not to be asked for longer than `driver.SILENCE_S` is to be lost.
        """
        import ray

        with _faults(self.address):
            text, code = ray.get(self._driver.more.remote())
        if code == -signal.SIGINT:  # before it could see to it
            return text, Interrupted.exit_code
        if (code or 0) < 0:
            raise _killed(self.address, -code)
        return text, code

    def interrupt(self) -> None:
        """Finished packs are kept."""
        with _faults(self.address):
            self._driver.interrupt.remote()


class _Actor(Driver):
    """On the head."""

    def __init__(self, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        import ray

        here = {"RAY_ADDRESS": ray.get_runtime_context().gcs_address, "PYTHONUNBUFFERED": "1"}
        super().__init__([sys.executable, "-m", "orchestrator", *arguments], {**variables, **here})


def require_client_server(address: str) -> None:
    """Raises InputError for what cannot be the address of one."""
    host, _, port = address.removeprefix(SCHEME).rpartition(":")
    if not host or not port.isdigit():
        cure = "the head opens port 10001 for clients, unless it is told another"
        problem = Problem(
            "--address", f"{address!r} names no host and port", "ray://HOST:PORT", cure
        )
        raise InputError([problem])


@contextmanager
def connected(address: str, archive: Path) -> Iterator[Client]:
    """archive: becomes the folder in which the driver runs. What still runs is ended afterwards.

    Raises EnvironmentFault when nobody answers, or not as we need it.
    """
    if reason := knock(address.removeprefix(SCHEME), _KNOCK_S):
        raise _unreachable(address, reason)
    with environment({"RAY_CLIENT_RECONNECT_GRACE_PERIOD": str(_GRACE_S)}):
        import ray

        for name in _CHATTY:  # a level would not do: Ray sets its own
            logging.getLogger(name).disabled = True
        try:
            with own_signal_handlers():
                _connect_patiently(address, archive)
            yield Client(address)
        finally:
            ray.shutdown()


def _connect_patiently(address: str, archive: Path) -> None:
    """The client server forks a process for each client; some of them die at once (gRPC's fork)."""
    for left in reversed(range(_TRIES)):
        try:
            return _connect(address, archive)
        except EnvironmentFault as fault:
            if not (left and isinstance(fault.__cause__, ConnectionAbortedError)):
                raise
        warnings.warn(
            f"{address} failed to start a process for this client; once more", stacklevel=2
        )


def _connect(address: str, archive: Path) -> None:
    import ray
    from ray.exceptions import RayError

    try:
        with warnings.catch_warnings(action="ignore"):  # what is raised says as much
            ray.init(address, runtime_env={"working_dir": str(archive)}, log_to_driver=False)
    except (RuntimeError, ValueError, OSError, RayError) as error:
        raise _unreachable(address, str(error)) from error


@contextmanager
def _faults(address: str) -> Iterator[None]:
    """A connection that is lost, in words."""
    from ray.exceptions import RayError

    try:
        yield
    except (RuntimeError, OSError, RayError) as error:
        raise EnvironmentFault(
            f"the connection to {address} is lost: {_first_line(str(error))}\n"
            "    what runs there is ended, finished packs are in the store: the same command goes "
            "on from there; orch submit hands a study over for good"
        ) from error


def _killed(address: str, number: int) -> EnvironmentFault:
    return EnvironmentFault(
        f"the run on the head of {address} was ended by {signal.Signals(number).name}\n"
        "    finished packs are in the store: the same command goes on from there"
    )


def _unreachable(address: str, reason: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"the Ray client server at {address} cannot be joined: {_first_line(reason)}\n"
        "    is this the head, and its port for clients (10001)? Python and Ray must be those of "
        "the cluster, and so RAY_AUTH_MODE and RAY_AUTH_TOKEN where it has a token"
    )


def _first_line(text: str) -> str:
    """Of a traceback the last one, which has the reason."""
    lines = text.strip().splitlines() or ["no answer"]
    return lines[-1] if any(line.startswith("Traceback") for line in lines) else lines[0]
