"""Reads the files of the store, called parts: one per pack and table, each complete or absent."""

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from orchestrator.errors import EnvironmentFault
from orchestrator.files import faults
from orchestrator.path_names import is_safe_name
from orchestrator.paths import REQUIRED, TABLES, ResultsPaths
from orchestrator.store.damage import DamagedPart
from orchestrator.store.schemas import TRIALS_HEAD, TRIALS_TAIL

FAILED = "failed"
_MAGIC = b"PAR1"  # the last bytes of every complete Parquet file
_INDEX = pa.schema(
    [TRIALS_HEAD.field("trial_id"), TRIALS_HEAD.field("status"), TRIALS_TAIL.field("started_at")]
)


@dataclass(frozen=True, slots=True)
class Entry:
    """The row of the store that is used for a trial."""

    status: str  # completed | diverged | failed
    pack_id: str  # of the file that contains the row


def statuses(paths: ResultsPaths) -> dict[str, str]:
    """Trial id → completed | diverged | failed, of every trial in the store."""
    return {trial: entry.status for trial, entry in entries(paths).items()}


def entries(paths: ResultsPaths) -> Mapping[str, Entry]:
    """Trial id → the row to use: a finished one rather than a failed one, then the newest.

    A file that is incomplete (a copy was interrupted) or not ours is left out with a `DamagedPart`
    warning, so that its trials are trained again.
    """
    return _entries_of(tuple((file, _stamp(file)) for file in _packs(paths)))


@lru_cache(maxsize=1)
def _entries_of(files: tuple[tuple[Path, tuple[int, int]], ...]) -> Mapping[str, Entry]:
    """Cached while the files are unchanged: a run asks before and after it trains.

    files: each with its `_stamp`.
    """
    return _winners(_index([file for file, _ in files]))


def _stamp(file: Path) -> tuple[int, int]:
    with faults(file, "read"):
        found = file.stat()
    return found.st_mtime_ns, found.st_size


def packs(paths: ResultsPaths) -> list[list[str]]:
    """Trial ids of every pack in the store, in the order of the pack; the newest pack first."""
    found: dict[str, list[str]] = {}
    latest: dict[str, str] = {}
    table = _index(_packs(paths))
    columns = [table[name].to_pylist() for name in ("trial_id", "started_at", "__filename")]
    for trial, started_at, file in zip(*columns, strict=True):
        found.setdefault(file, []).append(trial)
        latest[file] = max(started_at, latest.get(file, started_at))
    return [found[file] for file in sorted(found, key=lambda file: latest[file], reverse=True)]


def _index(files: Sequence[Path]) -> pa.Table:
    """Index rows of these files, without those of damaged files."""
    try:
        return _read_index(files)
    except (pa.ArrowException, OSError):  # of one file; find out which
        return _read_index([file for file in files if _has_index(file)])


def scores(paths: ResultsPaths, metric: str) -> dict[str, float]:
    """Trial id → final value of a metric, for all tuning trials that have one.

    metric: `<split>/<name>`. Where several packs contain a trial, the pack of its entry is read.
    """
    known = entries(paths)
    packs = sorted({entry.pack_id for entry in known.values()})
    table = _tuning_rows([paths.part("trials", pack) for pack in packs], f"final.{metric}")
    columns = [table[name].to_pylist() for name in table.column_names]
    return {
        trial: value
        for trial, value, file in zip(*columns, strict=True)
        if known[trial].pack_id == Path(file).stem and value is not None
    }


def _tuning_rows(files: Iterable[Path], column: str) -> pa.Table:
    """trial_id, the column (null where a file lacks it) and the file name, of tuning trials."""
    kept = [
        TRIALS_HEAD.field("trial_id"),
        TRIALS_HEAD.field("phase"),
        pa.field(column, pa.float64()),
    ]
    dataset = ds.dataset([str(file) for file in files], schema=pa.schema(kept), format="parquet")
    is_tuning = ds.field("phase") == "tuning"
    return dataset.to_table(columns=["trial_id", column, "__filename"], filter=is_tuning)


def _packs(paths: ResultsPaths) -> list[Path]:
    """The `trials` parts of complete packs; warns of incomplete packs."""
    found = {name: _parquet_files(paths.store(name)) for name in TABLES}
    return [
        path
        for pack, path in sorted(found["trials"].items())
        if all(
            _is_complete(pack, paths.part(name, pack), found[name])
            for name in TABLES
            if name in REQUIRED or pack in found[name]
        )
    ]


def _parquet_files(folder: Path) -> dict[str, Path]:
    """Pack id → file. Temporary files start with a dot."""
    with faults(folder, "read"):
        if not folder.exists():
            return {}
        names = (path for path in folder.iterdir() if path.suffix == ".parquet")
        kept = (path for path in names if not path.name.startswith("."))
        return {path.stem: path for path in kept if is_safe_name(path.stem)}


def _is_complete(pack: str, path: Path, found: Mapping[str, Path]) -> bool:
    if pack not in found:
        return _warn(path, "is missing")
    with faults(path, "read"):
        is_complete = _ends_as_parquet(path)
    return is_complete or _warn(path, "is not a complete Parquet file")


def _ends_as_parquet(path: Path) -> bool:
    """Reads the last bytes only: parsing thousands of footers would take long."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        return os.pread(descriptor, len(_MAGIC), max(size - len(_MAGIC), 0)) == _MAGIC
    finally:
        os.close(descriptor)


def _read_index(files: Iterable[Path]) -> pa.Table:
    """trial_id, status, started_at and file name of every row."""
    names = [str(file) for file in files]
    dataset = ds.dataset(names, schema=_INDEX, format="parquet")
    table = dataset.to_table(columns=[*_INDEX.names, "__filename"])
    if any(table[name].null_count for name in _INDEX.names):  # a file without these columns
        raise pa.ArrowInvalid("trial_id, status or started_at is missing")
    return table


def _has_index(file: Path) -> bool:
    try:
        _read_index([file])
    except PermissionError as error:
        raise EnvironmentFault(f"cannot read {file}: {error}") from error
    except (pa.ArrowException, OSError) as error:
        return _warn(file, f"is not a file of the store ({str(error).splitlines()[0]})")
    return True


def _warn(path: Path, what: str) -> bool:
    text = f"{path} {what}: the trials of this pack count as not done; remove the file"
    warnings.warn(text, DamagedPart, stacklevel=2)
    return False


def _winners(table: pa.Table) -> dict[str, Entry]:
    if pc.count_distinct(table["trial_id"]).as_py() < len(table):
        finished = pc.not_equal(table["status"], FAILED)
        table = table.append_column("finished", finished).sort_by(
            [("finished", "ascending"), ("started_at", "ascending"), ("__filename", "ascending")]
        )  # the dictionary below keeps the last row of each trial
    trials, states, files = (table[n].to_pylist() for n in ("trial_id", "status", "__filename"))
    packs = {file: Path(file).stem for file in set(files)}
    rows = zip(trials, states, files, strict=True)
    return {trial: Entry(status, packs[file]) for trial, status, file in rows}
