"""Objects: files in a folder, or objects at a URI. They are replaced as a whole."""

import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from pyarrow import fs

from orchestrator.addresses import below
from orchestrator.errors import EnvironmentFault
from orchestrator.files import faults as disk_faults
from orchestrator.files import replacing
from orchestrator.path_names import is_safe_path
from orchestrator.paths import Location
from orchestrator.store.damage import DamagedPart
from orchestrator.store.remote.filesystems import faults, opened

# The AWS library repeats failed requests, but not one whose error page is longer than the object.
_SHORT_OF_ROOM = "Failed to flush response stream"
_SHOWN, _SHOWN_CHARACTERS = 3, 200  # names of objects that are left out
_PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """Size and time of an object. changed_ns: since 1970; S3 gives whole seconds only."""

    size: int
    changed_ns: int


def inside(location: Location, name: str) -> Location:
    """The location of this name below another one."""
    return location / name if isinstance(location, Path) else below(location, name)


def put(location: Location, data: bytes) -> ObjectInfo:
    """Write or replace an object atomically: no reader sees a part of it.

    Raises EnvironmentFault when it cannot be written; the previous object stays.
    """
    if isinstance(location, Path):
        with replacing(location) as file:
            file.write(data)
        return ObjectInfo(len(data), location.stat().st_mtime_ns)
    files, path = opened(location)
    with faults(location, "write"):
        with files.open_output_stream(path, compression=None) as stream:  # whatever its name
            stream.write(data)
        found = _info(files.get_file_info(path))
    if found is None or found.size != len(data):
        there = "nothing" if found is None else f"{found.size:,} bytes"
        raise EnvironmentFault(
            f"cannot write {location}: {len(data):,} bytes were sent and {there} arrived\n"
            "    does another program write there? Run the same command again"
        )
    return found


def get(location: Location, max_bytes: int | None = None) -> bytes | None:
    """The content of an object; None if it does not exist. Raises EnvironmentFault.

    max_bytes: read only so many, from the start.
    """
    for pause_s in _PAUSES_S:
        try:
            return _get(location, max_bytes)
        except EnvironmentFault as fault:
            if _SHORT_OF_ROOM not in str(fault):
                raise
        time.sleep(pause_s)
    return _get(location, max_bytes)


def _get(location: Location, max_bytes: int | None) -> bytes | None:
    files, path = opened(location)
    with faults(location, "read"):
        try:
            with files.open_input_stream(path, compression=None) as stream:
                data: bytes = stream.readall() if max_bytes is None else stream.read(max_bytes)
        except FileNotFoundError:
            return None
    return data


def remove(location: Location) -> None:
    """Remove an object, if it exists. Raises EnvironmentFault when it cannot be removed."""
    if isinstance(location, Path):
        with disk_faults(location, "remove"):
            location.unlink(missing_ok=True)
        return
    files, path = opened(location)
    with faults(location, "remove"):
        try:
            files.delete_file(path)
        except FileNotFoundError:
            return


def stat(location: Location) -> ObjectInfo | None:
    """Size and time of an object; None if it does not exist. Raises EnvironmentFault."""
    files, path = opened(location)
    with faults(location, "read"):
        return _info(files.get_file_info(path))


def listing(location: Location) -> dict[str, ObjectInfo]:
    """Name below the location → object, of all objects there; one request per 1,000 objects.

    Objects whose names lead elsewhere, or are files and folders at once, are left out with a
    `DamagedPart` warning: whoever may write to a bucket chooses them.
    Raises EnvironmentFault when the location cannot be listed, as when the bucket does not exist.
    """
    files, path = opened(location)
    with faults(location, "list"):
        selector = fs.FileSelector(path, recursive=True, allow_not_found=True)
        infos = files.get_file_info(selector)
        if not infos:
            require_bucket(location)
    found = dict(_named(infos, f"{path}/"))
    folders = {parent.as_posix() for name in found for parent in PurePosixPath(name).parents}
    safe = {name: info for name, info in found.items() if is_safe_path(name)}
    kept = {name: info for name, info in safe.items() if name not in folders}
    if left_out := sorted(found.keys() - kept.keys()):
        text = f"{location}: left out, as no file can have this name: {_some(left_out)}"
        warnings.warn(text, DamagedPart, stacklevel=2)
    return kept


def _some(names: list[str]) -> str:
    shown = ", ".join(ascii(name[:_SHOWN_CHARACTERS]) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else shown


def _named(infos: list[fs.FileInfo], prefix: str) -> Iterator[tuple[str, ObjectInfo]]:
    for info in infos:
        if found := _info(info):
            yield info.path.removeprefix(prefix), found


def _info(info: fs.FileInfo) -> ObjectInfo | None:
    is_file = info.type == fs.FileType.File
    return ObjectInfo(info.size, info.mtime_ns) if is_file else None


def require_bucket(location: Location) -> None:
    """Raise EnvironmentFault if the bucket of a URI does not exist, or this cannot be checked.

    pyarrow lists a missing bucket as an empty one.
    """
    if isinstance(location, Path):
        return
    files, _ = opened(location)
    with faults(location, "list"):
        if files.get_file_info(urlsplit(location).netloc).type == fs.FileType.NotFound:
            raise OSError("the bucket does not exist")
