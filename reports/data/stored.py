"""What a study's folder holds: Parquet rows of planned trials, events, texts. All may be absent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.reports.data.errors import ReportError

# The columns that are read; trials.parquet also gives every `final.<split>/<metric>`.
_TRIALS = (
    *("trial_id", "status", "error", "epochs_done", "final_epoch", "wall_s"),
    *("execution", "device", "threads", "code_digest", "pack_id", "git_commit"),
)
_METRICS = ("trial_id", "epoch", "split", "metric", "value")
_GRADIENTS = ("trial_id", "epoch", "axis", "site", "position", "quantity", "value")


def trials_of(path: Path, planned: pd.DataFrame) -> pd.DataFrame:
    """Rows of planned trials; what the plan says of variant and replicate counts.

    planned: by trial_id, what the plan says of each.
    """
    stored = _read(path, _TRIALS, prefixes=("final.",)).set_index("trial_id")
    rows = planned.join(stored[~stored.index.duplicated()])
    return rows.assign(status=rows["status"].astype(object).fillna("missing")).reset_index()


def metrics_of(path: Path, planned: pd.DataFrame) -> pd.DataFrame:
    """The long table of the metrics of planned trials."""
    return _long(path, _METRICS, planned)


def gradients_of(path: Path, planned: pd.DataFrame) -> pd.DataFrame:
    """The long table of what was probed in planned trials."""
    return _long(path, _GRADIENTS, planned)


def _long(path: Path, columns: Sequence[str], planned: pd.DataFrame) -> pd.DataFrame:
    known = planned[planned.index.notna()]
    rows = _read(path, columns) if len(known) else _empty(columns)
    place = known.index.get_indexer(pd.Index(rows["trial_id"]))
    seen = place >= 0
    kept = rows if seen.all() else rows[seen].reset_index(drop=True)
    return kept.assign(**{name: np.asarray(known[name])[place[seen]] for name in known.columns})


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})


def _read(path: Path, columns: Sequence[str], prefixes: tuple[str, ...] = ()) -> pd.DataFrame:
    if not path.exists():
        return _empty(columns)
    with readable(path):
        present = pq.read_schema(path).names
        wanted = [n for n in present if n in columns or n.startswith(prefixes or ("\0",))]
        frame: pd.DataFrame = pq.read_table(path, columns=wanted).to_pandas()
    return frame.reindex(columns=[*columns, *(name for name in wanted if name not in columns)])


@contextmanager
def readable(table: Path) -> Iterator[None]:
    """Turns the errors of pyarrow into a ReportError that names the table."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ReportError(
            f"{table} cannot be read: {reason}\n    copy it again from where it was made; "
            "with the store there, remove it: it is gathered again"
        ) from error


def text_of(path: Path) -> str:
    """Of a file that may be absent."""
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def events_of(path: Path) -> tuple[Mapping[str, Any], ...]:
    """Whole lines only: a line cut off by a crash is not an event."""
    return tuple(event for line in text_of(path).splitlines() if (event := _event(line)))


def _event(line: str) -> Mapping[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None
