"""Rows of single trials, read from the files of their pack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.store.pack_files import entries
from orchestrator.store.schemas import LONG, arrow
from orchestrator.training.records import PackRows

Measured = Mapping[str, float]
"""Every metric and gradient of a trial: `test/accuracy, epoch 3` → value; see `_key`."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The rows of one trial in the store."""

    status: str
    error: str | None
    how: str  # "stacked in a pack of 10 on cpu"
    final: Mapping[str, float]
    values: Measured


def read_trials(paths: ResultsPaths, pack_id: str) -> list[dict[str, Any]]:
    """All trials of a pack, one dict per row. Raises EnvironmentFault for a damaged file."""
    return _read(paths, "trials", pack_id)


def read_stored(paths: ResultsPaths, trial_id: str) -> Stored | None:
    """None when the store has no row of the trial. Raises EnvironmentFault for a damaged file."""
    entry = entries(paths).get(trial_id) if paths.store("trials").exists() else None
    if entry is None:
        return None
    rows = read_trials(paths, entry.pack_id)
    own = next(row for row in rows if row["trial_id"] == trial_id)
    final = {
        name.removeprefix("final."): value
        for name, value in own.items()
        if name.startswith("final.") and value is not None
    }
    how = f"{own['execution']} in a pack of {len(rows)} on {own['device']}"
    tables = {name: _read(paths, name, entry.pack_id, trial_id) for name in LONG}
    return Stored(own["status"], own["error"], how, final, _values(tables))


def measured(rows: PackRows) -> Measured:
    """Metrics and gradients of a pack of one trial that was not committed."""
    return _values({name: arrow(name, getattr(rows, name)).to_pylist() for name in LONG})


def _values(tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, float]:
    return {_key(row): row["value"] for rows in tables.values() for row in rows}


def _key(row: Mapping[str, Any]) -> str:
    """test/accuracy, epoch 3; depth delta hidden.1, epoch 3."""
    if "metric" in row:
        return f"{row['split']}/{row['metric']}, epoch {row['epoch']}"
    place = f"{row['axis']} {row['quantity']} {row['site']} {row['position']}"
    return f"{place}, epoch {row['epoch']}"


def _read(
    paths: ResultsPaths, name: str, pack_id: str, trial_id: str | None = None
) -> list[dict[str, Any]]:
    path = paths.part(name, pack_id)
    wanted = [("trial_id", "=", trial_id)] if trial_id else None
    try:
        rows: list[dict[str, Any]] = pq.read_table(path, filters=wanted).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise EnvironmentFault(f"cannot read {path}: {str(error).splitlines()[0]}") from error
    return rows
