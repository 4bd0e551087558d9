"""Files that are replaced as a whole, and errors of the disk as an EnvironmentFault with a cure."""

import errno
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from orchestrator.errors import EnvironmentFault

_DAY_S = 24 * 3600
_CURES = {
    errno.ENOSPC: "the disk is full: free some space, or choose another disk with --results",
    errno.EDQUOT: "your disk quota is used up: free some space, or choose another --results",
    errno.EFBIG: "the file would exceed the size limit: raise it with `ulimit -f unlimited`",
    errno.EACCES: "no permission: choose a folder that you may write to with --results",
    errno.EPERM: "not permitted: choose a folder that you may write to with --results",
    errno.EROFS: "the file system is read-only: choose another one with --results",
    errno.ENOTDIR: "a file exists where a folder is needed: choose another --results",
    errno.EEXIST: "a file exists where a folder is needed: choose another --results",
    errno.EISDIR: "a folder exists where a file is needed: move it away",
    errno.ENOENT: "the folder cannot be made there: choose another --results",
    errno.ENAMETOOLONG: "the path is too long: choose a shorter --results",
    errno.EMFILE: "too many open files: raise the limit with `ulimit -n 4096`",
}


@contextmanager
def faults(path: Path, doing: str, cure: str = "") -> Iterator[None]:
    """Turn an OSError into an EnvironmentFault that names the path and the cure.

    cure: in place of the usual one, which is about the results folder.
    """
    try:
        yield
    except OSError as error:
        what = cure or _CURES.get(error.errno or 0, "check the disk")
        reason = error.strerror or str(error)
        raise EnvironmentFault(f"cannot {doing} {path}: {reason}\n    {what}") from error


@contextmanager
def replacing(path: Path, cure: str = "") -> Iterator[BinaryIO]:
    """A temporary file that replaces `path` at the end of the block, after a flush to the disk.

    An error in the block removes it and leaves `path` as it was. It is in the same folder, as
    `os.replace` is atomic within a file system only. Makes missing folders.
    Raises EnvironmentFault when the file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{owner()}.{secrets.token_hex(4)}.tmp")
    with faults(path, "write", cure):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            _sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):  # the first error is the one to report
                temporary.unlink(missing_ok=True)
            raise


def write_text(path: Path, text: str, cure: str = "") -> None:
    """Replace a file by this text in UTF-8, atomically. Raises EnvironmentFault.

    Half of a surrogate pair, as in a file name that is not UTF-8, becomes a question mark.
    """
    with replacing(path, cure) as file:
        file.write(text.encode(errors="replace"))


def clean_leftovers(folder: Path) -> None:
    """Remove temporary files of `replacing` that killed processes left in a folder."""
    for path in folder.glob(".*.tmp"):
        with faults(path, "remove"):
            if _abandoned(path):
                path.unlink(missing_ok=True)


def owner() -> str:
    """This machine and process, for names of temporary files."""
    return f"{socket.gethostname()}~{os.getpid()}"


def _abandoned(path: Path) -> bool:
    """Whether the writer is dead. On another machine, one counts as dead after a day."""
    with suppress(FileNotFoundError):  # its writer has finished meanwhile
        if time.time() - path.stat().st_mtime > _DAY_S:
            return True
    host, _, rest = path.name.rpartition("~")
    pid = rest.partition(".")[0]
    return host.endswith(f".{socket.gethostname()}") and pid.isdigit() and not alive(int(pid))


def alive(pid: int) -> bool:
    """Whether a process of this machine is alive."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is alive and belongs to another user
        return True
    return True


def _sync_folder(folder: Path) -> None:
    """Flush the new name to the disk, not only the content of the file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
