"""Files and folders that live as long as a run, named so that those of dead runs are known."""

import shutil
import socket
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from orchestrator.files import alive, owner


def passing(kind: str) -> str:
    """A name that no other has, with this machine and process in it."""
    return f".{kind}-{owner()}-{token_hex(4)}"


def remove_abandoned(folder: Path, *kinds: str) -> None:
    """What processes of this machine left behind that were killed and could not do it."""
    for kind in kinds:
        prefix = f".{kind}-{socket.gethostname()}~"
        for path in folder.glob(f".{kind}-*"):
            pid = path.name.removeprefix(prefix).partition("-")[0]
            if path.name.startswith(prefix) and pid.isdigit() and not alive(int(pid)):
                _remove(path)


def _remove(path: Path) -> None:
    """Another user's stays."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(OSError):
        path.unlink(missing_ok=True)
