"""Copies results between folders and URIs. Incomplete packs and damaged files are left out.

An unchanged object is not copied again: a copy gets the modification time of its object, so that
size and time are compared.
"""

import os
import warnings
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.files import faults, replacing
from orchestrator.paths import INPUTS, PREDICTIONS, REQUIRED, SAMPLES, Location
from orchestrator.store.damage import DamagedPart
from orchestrator.store.remote.object_io import ObjectInfo, get, inside, listing, put, stat

_CONNECTIONS = 16  # requests at a time
_EXPORT = "export"  # files for other tools, which are no results


def push(folder: Path, location: Location, without: Container[str] = ()) -> list[str]:
    """Upload new and changed files of a folder, except those named `without`; returns the names.

    HTML pages come last: when a reader sees a new page, its tables are there.
    Raises EnvironmentFault when the location cannot be written.
    """
    there = listing(location)
    names = [name for name in _names(folder) if name not in without]
    new = [name for name in names if not _is_same(folder / name, there.get(name))]
    new.sort(key=lambda name: (name.endswith(".html"), name))
    for name in new:
        _put(folder / name, inside(location, name))
    return new


def results_at(location: Location) -> dict[str, ObjectInfo]:
    """Name → object, of complete packs and of documents.

    If a pack is committed during the listing, some of its parts may be missing from the list:
    then the pack is left out.
    """
    found = listing(location)
    packs = [{name for name in found if _is_part(name, table)} for table in REQUIRED]
    complete = set.intersection(*({PurePosixPath(name).name for name in pack} for pack in packs))
    return {name: each for name, each in found.items() if _is_result(name, complete)}


def _is_result(name: str, complete: Collection[str]) -> bool:
    """complete: file names of complete packs."""
    if not name.startswith("store/"):
        return _is_document(name)
    alone = PurePosixPath(name).parts[1] in (SAMPLES, PREDICTIONS, INPUTS)  # of no pack
    return alone or PurePosixPath(name).name in complete


def _is_document(name: str) -> bool:
    """index.html, and files in the folder of a study, without hidden ones and exports."""
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") for part in parts)
    return not hidden and parts[0] != "store" and _EXPORT not in parts[1:2]


def _is_part(name: str, table: str) -> bool:
    return name.startswith(f"store/{table}/") and name.endswith(".parquet")


def copy(
    location: Location,
    folder: Path,
    there: Mapping[str, ObjectInfo],
    spared: Callable[[str], bool],
) -> list[str]:
    """Copy new and changed results into a folder; returns the names of the copies.

    The size of each object and the checksums of all pages of a Parquet file are verified; a file
    that fails is left out with a `DamagedPart` warning.
    there: `results_at(location)`.
    spared: whether the file of this name in the folder must not be replaced.
    Raises EnvironmentFault when the location cannot be read or the folder not be written.
    """
    changed = [name for name, info in there.items() if not _is_same(folder / name, info)]
    lacking = [name for name in changed if not spared(name)]
    lacking.sort(key=lambda name: name.startswith("store/trials/"))  # last: they commit a pack
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        copied = pool.map(partial(_copy, location, folder, there, spared), lacking)
        return [name for name, done in zip(lacking, copied, strict=True) if done]


def _copy(
    location: Location,
    folder: Path,
    there: Mapping[str, ObjectInfo],
    spared: Callable[[str], bool],
    name: str,
) -> bool:
    source = inside(location, name)
    read = _read(source, there[name])
    if read is None or spared(name):
        return False
    data, found = read
    with replacing(folder / name) as file:
        file.write(data)
    _mark(folder / name, found)
    return True


def _read(source: Location, found: ObjectInfo) -> tuple[bytes, ObjectInfo] | None:
    """None if the object does not exist any more, or is damaged."""
    data = get(source)
    if data is not None and len(data) != found.size:  # replaced since the listing?
        again = stat(source)
        data, found = get(source), again or found
    if data is None:
        return None
    if why := _damage(str(source), data, found):
        text = f"{source} is left out: {why}; its trials count as not done"
        warnings.warn(text, DamagedPart, stacklevel=2)
        return None
    return data, found


def _damage(name: str, data: bytes, found: ObjectInfo) -> str | None:
    if len(data) != found.size:
        return f"{len(data):,} of {found.size:,} bytes arrived"
    if not name.partition("?")[0].endswith(".parquet"):
        return None
    try:
        pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read()
    except (pa.ArrowException, OSError) as error:
        return str(error).splitlines()[0]
    return None


def _put(file: Path, location: Location) -> None:
    with faults(file, "read"):
        data = file.read_bytes()
    _mark(file, put(location, data))


def _mark(file: Path, found: ObjectInfo) -> None:
    with faults(file, "set the time of"):
        os.utime(file, ns=(found.changed_ns, found.changed_ns))


def _is_same(file: Path, found: ObjectInfo | None) -> bool:
    try:
        there = file.stat()
    except OSError:
        return False
    return found == ObjectInfo(there.st_size, there.st_mtime_ns)


def _names(folder: Path) -> Iterator[str]:
    """Files below a folder without hidden ones, which are temporary files and locks."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            yield name.as_posix()
