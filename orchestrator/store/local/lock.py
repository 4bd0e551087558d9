"""One `orch run` at a time for a study in a results folder."""

import fcntl
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.errors import EnvironmentFault
from orchestrator.files import alive, faults

_LOOK_S = 0.1
_HOLDER = re.compile(r"process (\d+) on (.+)")


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file. The operating system releases it when the process ends in any way.

    Raises EnvironmentFault, with the process that holds the lock, if another one does.
    """
    with faults(path, "lock"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _take(descriptor, path)
        yield
    finally:
        os.close(descriptor)  # the file stays: else two processes could lock different files


def _take(descriptor: int, path: Path) -> None:
    try:
        _lock(descriptor)
    except BlockingIOError:
        other = os.read(descriptor, 200).decode("utf-8", "replace").strip() or "another process"
        raise EnvironmentFault(
            f"{path.parent}: this study is being run already, by {other}\n"
            "    wait for it, stop it, or choose another --results"
        ) from None
    except OSError:
        # Some network file systems have no locks. Two runs would train packs twice, but do no
        # harm: files are replaced as a whole.
        return
    with faults(path, "write"):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{holder()}\n".encode(), 0)


def _lock(descriptor: int) -> None:
    """Try twice: `is_held` in another process may hold the lock for a moment."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(_LOOK_S)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def holder() -> str:
    """The name of this process in a lock or lease."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def process_alive(holder: str) -> bool | None:
    """Whether the process named by `holder` is alive; None on another machine or for other text."""
    found = _HOLDER.match(holder)
    if found is None or found[2].strip() != socket.gethostname():
        return None
    return alive(int(found[1]))


def is_held(path: Path) -> bool:
    """Whether a process of this machine holds the lock file now."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return isinstance(error, BlockingIOError)
    else:
        return False
    finally:
        os.close(descriptor)
