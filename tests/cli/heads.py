"""Heads of real clusters, as `ray start` makes them."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.cli.orch import ORCH
from tests.cli.running import MARK

PORTS = ("port", "dashboard-port", "dashboard-agent-listen-port", "dashboard-agent-grpc-port",
         "metrics-export-port")  # fmt: skip
RAY = ORCH.with_name("ray")
OPEN = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_USAGE_STATS_ENABLED": "0",
}
NO_PRESTART = {
    "RAY_enable_worker_prestart": "0",  # of workers that have not our runtime environment
    "RAY_prestart_worker_first_driver": "0",
}
"""Of a head that starts no worker before one is needed."""


@dataclass(frozen=True)
class Head:
    """On the loopback."""

    address: str
    jobs_server: str
    folder: Path  # of Ray's files


@contextmanager
def started_head(
    flags: Sequence[str], port: int = 0, ray: Path = RAY, **environment: str
) -> Iterator[Head]:
    """With everything that it starts gone in the end. port: of the Ray, 0 for any.

    ray: the program, called by its path: its environment is not activated.
    """
    ports = [port or free_ports(1)[0], *free_ports(len(PORTS) - 1)]
    own = [f"--{name}={port}" for name, port in zip(PORTS, ports, strict=True)]
    mark, folder = uuid.uuid4().hex, tempfile.mkdtemp(dir="/tmp", prefix="head-")
    command: list[str | Path] = [
        ray, "start", "--head", "--block", f"--temp-dir={folder}",
        f"--object-store-memory={80 * 2**20}", *own, *flags,
    ]  # fmt: skip
    env, out = os.environ | environment | {MARK: mark}, Path(f"{folder}/out")
    head = _begin(command, env, out)
    try:
        if not _has_started(head, out):  # Ray gives up after 30 s, which a busy machine may take
            end(head, mark)
            head = _begin(command, env, out)
            assert _has_started(head, out), out.read_text()
        here = "127.0.0.1"
        yield Head(f"{here}:{ports[0]}", f"http://{here}:{ports[1]}", Path(folder))
    finally:
        end(head, mark)
        shutil.rmtree(folder, ignore_errors=True)


def _begin(
    command: Sequence[str | Path], env: dict[str, str], out: Path
) -> "subprocess.Popen[bytes]":
    with out.open("wb") as file:
        return subprocess.Popen(command, env=env, stdout=file, stderr=file)


def _has_started(head: "subprocess.Popen[bytes]", out: Path) -> bool:
    """Waits for it; False for one that has ended instead."""
    started = "Ray runtime started"
    wait("head", lambda: started in out.read_text() or head.poll() is not None)
    return started in out.read_text()


def wait(what: str, condition: Callable[[], object], timeout_s: float = 180) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"no {what} in {timeout_s} s"
        time.sleep(0.1)


def free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def end(head: "subprocess.Popen[bytes]", mark: str) -> None:
    """With its offspring, also where it could not do that itself."""
    head.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        head.wait(10)
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
    head.wait()
