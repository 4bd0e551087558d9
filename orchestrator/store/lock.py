"""One `orch run` at a time for a study in a results folder."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.errors import EnvironmentFault
from orchestrator.store.files import faults


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
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 200).decode("utf-8", "replace").strip() or "another process"
        raise EnvironmentFault(
            f"{path.parent}: this study is being run already, by {holder}\n"
            "    wait for it, stop it, or choose another --results"
        ) from None
    except OSError:
        # Some network file systems have no locks. Two runs would do work twice, but packs are
        # replaced whole, so that nothing breaks.
        return
    with faults(path, "write"):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
