"""What a trial measured, as TensorBoard and MLflow want it: named values by epoch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from orchestrator.reports.data.errors import ReportError

_TEXT = ("status", "pack_id", "execution", "device", "code_digest", "git_commit", "error")


class Point(NamedTuple):
    """One value of a metric, or of a gradient through depth."""

    name: str
    epoch: int
    value: float


@dataclass(frozen=True)
class Series:
    """One trial. Everything is a plain number or text; missing values are left out."""

    trial_id: str
    variant: str
    replicate: int
    status: str
    started_at: float  # seconds since 1970
    wall_s: float
    settings: Mapping[str, Any]  # by dotted path
    facts: Mapping[str, str]  # of pack, machine and code
    finals: Mapping[str, float]  # "test/accuracy" → value
    points: tuple[Point, ...]


def read_series(study: Path) -> Iterator[Series]:
    """Every replicate of a study's tables that has been trained, in the order of the plan.

    A metric is named <split>/<metric>, a gradient <quantity>/<site>. Gradients through time have
    another axis besides the epoch and are left to the Parquet tables, and so are tuning trials.
    """
    if not (study / "trials.parquet").exists():
        raise ReportError(f"{study}: no trials.parquet, so nothing has been trained here")
    trials = pd.read_parquet(study / "trials.parquet")
    measured = _measured(study)
    for row in trials[trials["phase"] == "replication"].to_dict("records"):
        yield _series(row, measured.get(row["trial_id"], ()))


def _measured(study: Path) -> dict[Any, tuple[Point, ...]]:
    """By trial id."""
    metrics = pd.read_parquet(study / "metrics.parquet")
    gradients = pd.read_parquet(study / "gradients.parquet")
    depth = gradients[gradients["axis"] == "depth"]
    columns = ["trial_id", "epoch", "value"]
    both = pd.concat([
        metrics[columns].assign(name=_joined(metrics["split"], metrics["metric"])),
        depth[columns].assign(name=_joined(depth["quantity"], depth["site"])),
    ])  # fmt: skip
    return {trial: _points(rows) for trial, rows in both.groupby("trial_id")}


def _points(rows: pd.DataFrame) -> tuple[Point, ...]:
    columns = (rows[name].tolist() for name in Point._fields)
    return tuple(Point(*values) for values in zip(*columns, strict=True))


def _joined(first: pd.Series, second: pd.Series) -> pd.Series:
    return first.astype(str) + "/" + second.astype(str)


def _series(row: Mapping[Any, Any], points: tuple[Point, ...]) -> Series:
    known = {name: value for name, value in row.items() if not pd.isna(value)}
    return Series(
        trial_id=row["trial_id"],
        variant=row["variant"],
        replicate=int(row["replicate"]),
        status=row["status"],
        started_at=_seconds(known.get("started_at")),
        wall_s=float(known.get("wall_s", 0.0)),
        settings=_tail(known, "setting."),
        facts={name: str(known[name]) for name in _TEXT if name in known},
        finals=_tail(known, "final."),
        points=points,
    )


def _tail(row: Mapping[Any, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): v for name, v in row.items() if name.startswith(prefix)}


def _seconds(at: Any) -> float:
    """An ISO 8601 text, as the store has it."""
    return datetime.fromisoformat(at).astimezone(UTC).timestamp() if at else 0.0
