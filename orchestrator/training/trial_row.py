"""The row of a trial in the table of trials, whether it was trained or failed. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from orchestrator.plan.identity import SCHEMA_VERSION
from orchestrator.plan.records import Pack, Trial

Status = Literal["completed", "diverged", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a trial.

    final_epoch: the one that counts, in which `final` was measured; None unless completed.
    final: `<split>/<metric>` → value in the epoch that counts; None where it diverged before.
    """

    status: Status
    error: str | None
    epochs_done: int
    final_epoch: int | None = None
    final: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Execution:
    """How a trial was computed.

    way: stacked, sequential or parallel, or own where the user's code trains; None where training
        did not get that far.
    threads: of all workers together.   wall_s: of the pack, divided by its trials.
    """

    way: str | None
    device: str
    threads: int
    wall_s: float
    started_at: datetime


def trial_row(pack: Pack, trial: Trial, outcome: Outcome, execution: Execution) -> dict[str, Any]:
    """Column → value; `git_commit` and `git_dirty` are added when the row is committed."""
    variant = trial.variant
    return {
        "trial_id": trial.trial_id,
        "study": pack.study,
        "variant_id": variant.variant_id,
        "variant": variant.label,
        "phase": trial.phase,
        "tuning_study": trial.tuning_study,
        "point": trial.point,
        "replicate": trial.replicate,
        "status": outcome.status,
        "error": outcome.error,
        **{f"factor.{path}": level for path, level in variant.levels.items()},
        **{f"setting.{path}": value for path, value in variant.settings.flat.items()},
        **{f"final.{name}": value for name, value in outcome.final.items()},
        "epochs_done": outcome.epochs_done,
        "final_epoch": outcome.final_epoch,
        "wall_s": execution.wall_s,
        "pack_id": pack.pack_id,
        "execution": execution.way,
        "device": execution.device,
        "threads": execution.threads,
        "code_digest": pack.code_digest,
        "started_at": execution.started_at.isoformat(timespec="milliseconds"),
        "schema_version": SCHEMA_VERSION,
    }
