"""What the conclusion stands on: counts, time, machine, and what a reader must be warned of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from orchestrator.reports.data.read import Plan, Tables
from orchestrator.reports.statistics.comparisons.comparisons import DESCRIPTIVE_BELOW, Comparisons
from orchestrator.reports.statistics.comparisons.signflip import smallest_p
from orchestrator.reports.statistics.gradients.fits import underflow
from orchestrator.reports.statistics.outcomes.outcomes import STATUSES, Outcome
from orchestrator.reports.text.names import count_text
from orchestrator.reports.variants import names_of

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


def warnings(
    tables: Tables,
    facts: Evidence,
    results: Mapping[str, Outcome],
    compared: Comparisons,
    fitted: pd.DataFrame,
) -> tuple[str, ...]:
    """What changes how the report must be read, most important first."""
    found = (
        *_incomplete(tables.plan, facts, results),
        *_thin(tables.plan, compared),
        *_unpaired(compared),
        *_unreadable(tables.plan, fitted),
        *_source(tables.plan),
    )
    return tuple(found)


def _incomplete(plan: Plan, facts: Evidence, results: Mapping[str, Outcome]) -> Iterable[str]:
    counts, total = facts.counts, facts.trials
    if counts["missing"]:
        yield (
            f"Unfinished: {counts['missing']:,} of {count_text(total, 'trial')} have not been "
            "trained. Numbers and verdicts will change; run the study again to complete it."
        )
    if counts["failed"]:
        where = _where(plan, results, "failed")
        yield f"{count_text(counts['failed'], 'trial')} failed and left no result{where}."
    if counts["diverged"]:
        where = _where(plan, results, "diverged")
        yield (
            f"{count_text(counts['diverged'], 'trial')} diverged{where}. Mean and interval of such "
            "a variant speak of its surviving replicates only; its comparisons count each as the "
            "task's baseline or, if that is worse, the worst value of the two variants compared."
        )


def _where(plan: Plan, results: Mapping[str, Outcome], status: str) -> str:
    """ " (relu, depth 8: 9 of 10; …)", the worst three."""
    names = names_of(plan)
    hit = [v for v in plan.variants if results[v.variant_id].counts[status]]
    hit.sort(key=lambda v: -results[v.variant_id].counts[status])
    said = [
        f"{names[v.variant_id]}: {results[v.variant_id].counts[status]} of {len(v.trials)}"
        for v in hit[:3]
        if v.levels
    ]
    rest = [f"{len(hit) - 3} more variants"] if len(hit) > 3 else []
    return f" ({'; '.join([*said, *rest])})" if said else ""


def _thin(plan: Plan, compared: Comparisons) -> Iterable[str]:
    n = plan.replicates
    if compared.rows and n < DESCRIPTIVE_BELOW:
        yield (
            f"Descriptive only: with {count_text(n, 'replicate')} no difference can be told from "
            f"chance (smallest possible p: {smallest_p(n):.3f}); six or more are needed."
        )
    if compared.without_baseline:
        orphans = count_text(len(compared.without_baseline), "variant")
        yield f"{orphans} cannot be compared: the study excludes their baseline."


def _unpaired(compared: Comparisons) -> Iterable[str]:
    unpaired = sum(row.method == "unpaired" for row in compared.rows)
    if unpaired:
        yield (
            f"{count_text(unpaired, 'comparison')} made unpaired (Welch), as some trials failed or "
            "are missing on one side. A side that lost its worst seeds looks better than it is."
        )


def _unreadable(plan: Plan, fitted: pd.DataFrame) -> Iterable[str]:
    """fitted: of `fits.fits`."""
    below = fitted[underflow(fitted, plan)]
    names = set(below["variant_id"])
    hit = [v for v in plan.variants if v.variant_id in names]
    ways = [f"through {axis}" for axis in ("depth", "time") if axis in set(below["axis"])]
    if hit:
        first = names_of(plan)[hit[0].variant_id]
        yield (
            f"Underflow: on their way {' and '.join(ways)} some gradients became too small for "
            f"32-bit numbers: below 1.2·10⁻³⁸ they have lost digits, or are exactly zero ({first}"
            f"{f' and {len(hit) - 1} more' if len(hit) > 1 else ''}). Zeros are counted, not drawn."
        )


def _source(plan: Plan) -> Iterable[str]:
    if plan.git and plan.git.get("dirty"):
        yield "Uncommitted changes: the commit alone does not reproduce this."
