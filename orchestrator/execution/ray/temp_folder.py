"""The temporary folder of a Ray cluster on this machine, locked while its run lives."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestrator.errors import EnvironmentFault
from orchestrator.stop_signals import before_sudden_end

_PREFIX, _LOCK = "orch-", "run.lock"
_SOCKET_BYTES = 103  # of the path of a Unix socket on macOS; Linux takes four more
_RAY_ADDS = "/orch-abcdefgh/session_2026-01-01_00-00-00_000000_1234567/sockets/plasma_store"
_ELSEWHERE = ("/tmp", "/var/tmp", "/dev/shm")


@contextmanager
def temp_folder() -> Iterator[Path]:
    """A folder that is removed afterwards, also when a second Ctrl-C ends the program at once.

    Raises EnvironmentFault where no temporary folder has a path that Ray can use.
    """
    place = _place()
    _remove_abandoned(place)
    hidden = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=place))  # until it is locked
    lock = os.open(hidden / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with suppress(OSError):  # a file system without locks: others then leave the folder alone
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    folder = hidden.rename(place / hidden.name.removeprefix("."))

    def remove() -> None:
        shutil.rmtree(folder, ignore_errors=True)

    try:
        with before_sudden_end(remove):
            yield folder
    finally:
        remove()
        os.close(lock)


def _place() -> Path:
    """Where the system has temporary files, if paths in it suit Ray: ASCII, and short enough for
    Unix sockets.
    """
    usual = tempfile.gettempdir()
    for place in (usual, *_ELSEWHERE):
        suits = place.isascii() and len(place) + len(_RAY_ADDS) <= _SOCKET_BYTES
        if suits and os.access(place, os.W_OK | os.X_OK):
            return Path(place)
    most = _SOCKET_BYTES - len(_RAY_ADDS)
    raise EnvironmentFault(
        f"Ray cannot put its sockets into {usual}: their paths must be ASCII, and short\n"
        f"    set TMPDIR to a folder of at most {most} characters, or run with --inline"
    )


def _remove_abandoned(place: Path) -> None:
    """Folders of runs that were killed and could not remove them.

    A lock says whether a run lives, as it may be in another container or on another machine, where
    process ids mean nothing. One that cannot be asked, or belongs to another user, stays.
    """
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Raises OSError where that cannot be known; a folder without a lock is none of ours."""
    lock = os.open(folder / _LOCK, os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
