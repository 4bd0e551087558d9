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
from orchestrator.store.local.atomic_files import alive, faults

_LOOK_S = 0.1
_HOLDER = re.compile(r"process (\d+) on (.+)")


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file. The system lets go of it when the process ends, however it ends.

    Raises EnvironmentFault that names the process which holds it.
    """
    with faults(path, "lock"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _take(descriptor, path)
        yield
    finally:
        os.close(descriptor)  # the file stays: removing it would let two others in


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
        # Some network file systems have no locks. Two runs would do work twice, but packs are
        # replaced whole, so that nothing breaks.
        return
    with faults(path, "write"):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{holder()}\n".encode(), 0)


def _lock(descriptor: int) -> None:
    """Twice: the first may meet somebody who looks whether it is held."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(_LOOK_S)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def holder() -> str:
    """How this process is named in a lock."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def lives(holder: str) -> bool | None:
    """Whether the process of this name does; None for one of another machine, or no name."""
    found = _HOLDER.match(holder)
    if found is None or found[2].strip() != socket.gethostname():
        return None
    return alive(int(found[1]))


def is_held(path: Path) -> bool:
    """Whether a process of this machine holds the lock file at this moment."""
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
