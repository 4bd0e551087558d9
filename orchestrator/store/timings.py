"""How long the packs of the store took."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.paths import ResultsPaths
from orchestrator.plan.duration import Timing, device_name, work_of

MOST = 500  # newest packs read: more would not improve the estimate
_SETTING = "setting."


def timings(paths: ResultsPaths) -> list[Timing]:
    """Timings of packs in which all trials completed, newest first, without unreadable files."""
    files = [f for f in paths.store("trials").glob("*.parquet") if not f.name.startswith(".")]
    newest = sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [timing for file in newest[:MOST] for timing in _timing(file)]


def _timing(file: Path) -> Iterator[Timing]:
    try:
        rows = pq.read_table(file).to_pylist()
    except (pa.ArrowException, OSError):  # `entries` has warned of it already
        return
    if rows and all(row["status"] == "completed" for row in rows):  # others end early
        settings = {k.removeprefix(_SETTING): v for k, v in rows[0].items() if _is_setting(k)}
        device = device_name(rows[0]["device"], is_parallel=rows[0]["execution"] == "parallel")
        work = work_of(settings, rows[0]["phase"], device)
        yield Timing(work, len(rows), _seconds(rows))


def _is_setting(column: str) -> bool:
    return column.startswith(_SETTING)


def _seconds(rows: list[Mapping[str, Any]]) -> float:
    """wall_s of a stacked pack is divided among its trials: the sum is the time of the pack."""
    return float(sum(row["wall_s"] for row in rows))
