"""Copies results from place to place: a folder, or a URI. What is not whole is never taken.

An object that has not changed is not copied again: a copy has the size and time of its object.
"""

import os
import warnings
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.addresses import below
from orchestrator.paths import SAMPLES, TABLES, Location
from orchestrator.store.local.atomic_files import faults, replacing
from orchestrator.store.pack_files import DamagedPart
from orchestrator.store.remote.object_io import Found, get, listing, look, put

_SIDE_BY_SIDE = 16  # requests under way
_EXPORT = "export"  # what other tools were given is no result


def push(folder: Path, place: Location, without: Container[str] = ()) -> list[str]:
    """Put what is new or changed in the folder there, but for these; returns the names.

    The page comes last, so that whoever sees a new one finds its tables.
    Raises EnvironmentFault when the place cannot be written.
    """
    there = listing(place)
    names = [name for name in _names(folder) if name not in without]
    new = [name for name in names if not _is_same(folder / name, there.get(name))]
    new.sort(key=lambda name: (name.endswith(".html"), name))
    for name in new:
        _put(folder / name, place / name if isinstance(place, Path) else below(place, name))
    return new


def results_at(place: Location) -> dict[str, Found]:
    """Name → object, of whole packs and of documents.

    A pack may be committed while the listing goes on: its trials are seen, its gradients not.
    """
    found = listing(place)
    packs = [{name for name in found if _is_part(name, table)} for table in TABLES]
    whole = set.intersection(*({PurePosixPath(name).name for name in pack} for pack in packs))
    return {name: each for name, each in found.items() if _counts(name, whole)}


def _counts(name: str, whole: Collection[str]) -> bool:
    """whole: names of the files of whole packs."""
    if name.startswith("store/") and not name.startswith(f"store/{SAMPLES}/"):
        return PurePosixPath(name).name in whole
    return name.startswith("store/") or _is_document(name)


def _is_document(name: str) -> bool:
    """index.html, and what lies in the folder of a study."""
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") for part in parts)
    return not hidden and parts[0] != "store" and _EXPORT not in parts[1:2]


def _is_part(name: str, table: str) -> bool:
    return name.startswith(f"store/{table}/") and name.endswith(".parquet")


def copy(
    place: Location,
    folder: Path,
    there: Mapping[str, Found],
    spared: Callable[[str], bool],
) -> list[str]:
    """Copy into the folder what it lacks of these results; returns the names of the copies.

    Sizes are compared, and every page of a Parquet file with its checksum; what does not agree
    is left out with a `DamagedPart` warning.
    there: `results_at(place)`: packs that are being written are left for later.
    spared: whether a name in the folder must stay as it is.
    Raises EnvironmentFault when the place cannot be read or the folder not be written.
    """
    other = [name for name, found in there.items() if not _is_same(folder / name, found)]
    lacking = [name for name in other if not spared(name)]
    lacking.sort(key=lambda name: name.startswith("store/trials/"))  # they commit a pack
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        copied = pool.map(partial(_copy, place, folder, there, spared), lacking)
        return [name for name, done in zip(lacking, copied, strict=True) if done]


def _copy(
    place: Location,
    folder: Path,
    there: Mapping[str, Found],
    spared: Callable[[str], bool],
    name: str,
) -> bool:
    source = place / name if isinstance(place, Path) else below(place, name)
    read = _read(source, there[name])
    if read is None or spared(name):
        return False
    data, found = read
    with replacing(folder / name) as file:
        file.write(data)
    _mark(folder / name, found)
    return True


def _read(source: Location, found: Found) -> tuple[bytes, Found] | None:
    """None for an object that is gone, or is not whole."""
    data = get(source)
    if data is not None and len(data) != found.size:  # replaced since it was listed?
        again = look(source)
        data, found = get(source), again or found
    if data is None:
        return None
    if why := _damage(str(source), data, found):
        text = f"{source} is left out: {why}; its trials count as not done"
        warnings.warn(text, DamagedPart, stacklevel=2)
        return None
    return data, found


def _damage(name: str, data: bytes, found: Found) -> str | None:
    if len(data) != found.size:
        return f"{len(data):,} bytes of {found.size:,} came"
    if not name.partition("?")[0].endswith(".parquet"):
        return None
    try:
        pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read()
    except (pa.ArrowException, OSError) as error:
        return str(error).splitlines()[0]
    return None


def _put(file: Path, place: Location) -> None:
    with faults(file, "read"):
        data = file.read_bytes()
    _mark(file, put(place, data))


def _mark(file: Path, found: Found) -> None:
    with faults(file, "date"):
        os.utime(file, ns=(found.changed_ns, found.changed_ns))


def _is_same(file: Path, found: Found | None) -> bool:
    try:
        there = file.stat()
    except OSError:
        return False
    return found == Found(there.st_size, there.st_mtime_ns)


def _names(folder: Path) -> Iterator[str]:
    """Files below a folder; hidden ones are somebody's work in progress."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            yield name.as_posix()
