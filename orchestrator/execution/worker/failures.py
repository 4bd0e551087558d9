"""Rows of trials that could not be trained, with the reason."""

import traceback
from datetime import UTC, datetime
from typing import Any

from orchestrator.errors import OrchError
from orchestrator.execution.protocol import Job
from orchestrator.plan.identity import SCHEMA_VERSION
from orchestrator.plan.records import Pack, Trial
from orchestrator.store.schemas import GRADIENTS, METRICS
from orchestrator.training.records import PackRows, by_column

LINES = 12  # kept of the end of a traceback
_CHARACTERS = 4000


class WorkerFailed(Exception):
    """One of several workers of a trial raised an error; the message is that of `describe`."""


class WorkerLost(OrchError):
    """One of several workers of a trial died; its node may be the cause, not the trial."""


def describe(error: BaseException) -> str:
    """Type, message, and the last lines of the traceback of an error."""
    if isinstance(error, WorkerFailed):
        return str(error)
    message = "".join(traceback.format_exception_only(error)).strip()
    frames = "".join(traceback.format_tb(error.__traceback__)).rstrip().splitlines()[-LINES:]
    return "\n".join([message[:_CHARACTERS], *frames])


def _storable(text: str) -> str:
    """Text that Parquet accepts, at a length that a table can show."""
    return text.encode("utf-8", "backslashreplace").decode()[: 2 * _CHARACTERS]


def failed_rows(pack: Pack, error: str, job: Job) -> PackRows:
    """Rows of a pack whose members all failed with this error."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    rows = [_row(pack, trial, job, _storable(error), now) for trial in pack.trials]
    metrics: dict[str, list[Any]] = {name: [] for name in METRICS.names}
    gradients: dict[str, list[Any]] = {name: [] for name in GRADIENTS.names}
    return PackRows(by_column(rows), metrics, gradients)


def _row(pack: Pack, trial: Trial, job: Job, error: str, now: str) -> dict[str, Any]:
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
        "status": "failed",
        "error": error,
        **{f"factor.{path}": level for path, level in variant.levels.items()},
        **{f"setting.{path}": value for path, value in variant.settings.flat.items()},
        "epochs_done": 0,
        "wall_s": 0.0,
        "pack_id": pack.pack_id,
        "execution": None,
        "device": job.device,
        "threads": job.threads * job.resources.workers,
        "code_digest": pack.code_digest,
        "git_commit": job.git_commit,
        "git_dirty": job.git_dirty,
        "started_at": now,
        "schema_version": SCHEMA_VERSION,
    }
