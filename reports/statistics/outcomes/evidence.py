"""What a conclusion rests on: number of trials, time, machine, and the runs that made them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from orchestrator.reports.data.read import Tables
from orchestrator.reports.statistics.outcomes.outcomes import STATUSES

_RUN = ("workers", "executor", "cpus", "gpus", "platform", "python", "torch", "ray", "orch")


@dataclass(frozen=True)
class Run:
    """One call of `orch run`, from events.jsonl."""

    at: str
    new: int | None  # trials that it had to train
    wall_s: float | None  # None when it did not come to its end
    predicted_s: float | None  # what training was expected to take; None when nothing was known
    training_s: float | None  # what it took, from the first pack's start to the last one's end
    ended: str  # finished | interrupted | unknown
    machine: Mapping[str, Any]
    command: tuple[str, ...]  # word by word; empty where it is not known

    @property
    def prediction_error(self) -> float | None:
        """Predicted time over the time it took, less 1: .25 is a quarter too long."""
        if not self.predicted_s or not self.training_s:
            return None
        return self.predicted_s / self.training_s - 1


@dataclass(frozen=True)
class Evidence:
    """How much there is, and where it comes from."""

    variants: int
    replicates: int
    trials: int
    counts: Mapping[str, int]  # completed, diverged, failed, missing
    wall_s: float | None  # of all runs together
    training_s: float | None  # of all trials together
    runs: tuple[Run, ...]
    unstored: int  # trials in the study's tables that the store does not have

    @property
    def started_by(self) -> tuple[str, ...]:
        """The command of the last run, word by word."""
        return self.runs[-1].command if self.runs else ()


def evidence(tables: Tables) -> Evidence:
    """Counted from the tables; times as the runs recorded them."""
    counted = tables.trials["status"].value_counts()
    runs = _runs(tables.events)
    walls = [run.wall_s for run in runs if run.wall_s is not None]
    training = pd.to_numeric(tables.trials["wall_s"]).sum()
    return Evidence(
        variants=len(tables.plan.variants),
        replicates=tables.plan.replicates,
        trials=len(tables.trials),
        counts={status: int(counted.get(status, 0)) for status in STATUSES},
        wall_s=sum(walls) if walls else None,
        training_s=float(training) or None,
        runs=runs,
        unstored=tables.unstored,
    )


def _runs(events: Sequence[Mapping[str, Any]]) -> tuple[Run, ...]:
    """Each study_started up to the event that ends it."""
    starts = [i for i, event in enumerate(events) if event["event"] == "study_started"]
    return tuple(
        _run(events[start:end])
        for start, end in zip(starts, [*starts[1:], len(events)], strict=True)
    )


def _training_s(events: Sequence[Mapping[str, Any]]) -> float | None:
    """Without Ray's start and whatever came after the last pack."""
    starts = [event["at"] for event in events if event["event"] == "pack_started"]
    ends = [event["at"] for event in events if event["event"] == "pack_finished"]
    if not starts or not ends:
        return None
    return (datetime.fromisoformat(ends[-1]) - datetime.fromisoformat(starts[0])).total_seconds()


def _run(events: Sequence[Mapping[str, Any]]) -> Run:
    start, by_name = events[0], {event["event"]: event for event in events}
    finished = by_name.get("study_finished")
    ended = "finished" if finished else "interrupted" if "interrupted" in by_name else "unknown"
    return Run(
        at=str(start.get("at", "")),
        new=start.get("new"),
        wall_s=finished.get("wall_s") if finished else None,
        predicted_s=start.get("predicted_s"),
        training_s=_training_s(events) if finished else None,
        ended=ended,
        machine={key: start[key] for key in _RUN if start.get(key) is not None},
        command=tuple(map(str, start.get("command", ()))),
    )
