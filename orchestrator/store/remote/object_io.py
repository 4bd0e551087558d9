"""Objects: files of a folder, or what lies at a URI. Each is whole, or it is not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pyarrow import fs

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import Location
from orchestrator.store.local.atomic_files import faults as disk_faults
from orchestrator.store.local.atomic_files import replacing
from orchestrator.store.remote.filesystems import faults, opened


@dataclass(frozen=True, slots=True)
class Found:
    """An object. changed_ns: when, since 1970; the whole second only at S3."""

    size: int
    changed_ns: int


def put(place: Location, data: bytes) -> Found:
    """Make the object, or replace it, all at once: no reader ever sees a part of it.

    Raises EnvironmentFault when it cannot be written; what was there before stays.
    """
    if isinstance(place, Path):
        with replacing(place) as file:
            file.write(data)
        return Found(len(data), place.stat().st_mtime_ns)
    files, path = opened(place)
    with faults(place, "write"):
        with files.open_output_stream(path) as stream:
            stream.write(data)
        found = _found(files.get_file_info(path))
    if found is None or found.size != len(data):
        there = "nothing" if found is None else f"{found.size:,} bytes"
        raise EnvironmentFault(
            f"cannot write {place}: {len(data):,} bytes were sent and {there} arrived\n"
            "    does something else write there? Run the same command again"
        )
    return found


def get(place: Location, most: int | None = None) -> bytes | None:
    """None where there is no such object. Raises EnvironmentFault when it cannot be read.

    most: so many bytes of its beginning.
    """
    files, path = opened(place)
    with faults(place, "read"):
        try:
            with files.open_input_stream(path, compression=None) as stream:
                data: bytes = stream.readall() if most is None else stream.read(most)
        except FileNotFoundError:
            return None
    return data


def remove(place: Location) -> None:
    """No fault if there is none."""
    if isinstance(place, Path):
        with disk_faults(place, "remove"):
            place.unlink(missing_ok=True)
        return
    files, path = opened(place)
    with faults(place, "remove"):
        try:
            files.delete_file(path)
        except FileNotFoundError:
            return


def look(place: Location) -> Found | None:
    """Size and time of an object; None where there is none."""
    files, path = opened(place)
    with faults(place, "read"):
        return _found(files.get_file_info(path))


def listing(place: Location) -> dict[str, Found]:
    """Name below the place → object; one request for a thousand of them.

    Raises EnvironmentFault when it cannot be listed, or there is no such bucket.
    """
    files, path = opened(place)
    with faults(place, "list"):
        selector = fs.FileSelector(path, recursive=True, allow_not_found=True)
        infos = files.get_file_info(selector)
        if not infos:
            require_bucket(place)
    return dict(_named(infos, f"{path}/"))


def _named(infos: list[fs.FileInfo], prefix: str) -> Iterator[tuple[str, Found]]:
    for info in infos:
        if found := _found(info):
            yield info.path.removeprefix(prefix), found


def _found(info: fs.FileInfo) -> Found | None:
    is_file = info.type == fs.FileType.File
    return Found(info.size, info.mtime_ns) if is_file else None


def require_bucket(place: Location) -> None:
    """An empty listing does not tell an empty bucket from one that is not there.

    Raises EnvironmentFault for one that is not, or cannot be looked at.
    """
    if isinstance(place, Path):
        return
    files, _ = opened(place)
    with faults(place, "list"):
        if files.get_file_info(urlsplit(place).netloc).type == fs.FileType.NotFound:
            raise OSError("the bucket does not exist")
