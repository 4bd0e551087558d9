"""Rows of single trials, straight from the pack that has them."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths


def read_trials(paths: ResultsPaths, pack_id: str) -> list[dict[str, Any]]:
    """All trials of a pack, a dict a row. Raises EnvironmentFault for a file that is damaged."""
    path = paths.part("trials", pack_id)
    try:
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise EnvironmentFault(f"cannot read {path}: {str(error).splitlines()[0]}") from error
    return rows
