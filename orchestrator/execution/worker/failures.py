"""Rows of trials that could not be trained, with the reason."""

import traceback
from datetime import UTC, datetime
from typing import Any

from orchestrator.errors import OrchError
from orchestrator.execution.protocol import Job
from orchestrator.plan.records import Pack
from orchestrator.store.schemas import ANSWERS, GRADIENTS, METRICS
from orchestrator.training.records import PackRows, by_column
from orchestrator.training.trial_row import Execution, Outcome, trial_row

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
    threads = job.threads * job.resources.workers
    execution = Execution(None, job.device, threads, wall_s=0.0, started_at=datetime.now(UTC))
    outcome = Outcome("failed", _storable(error), epochs_done=0)
    git = {"git_commit": job.git_commit, "git_dirty": job.git_dirty}
    rows = [trial_row(pack, trial, outcome, execution) | git for trial in pack.trials]
    metrics: dict[str, list[Any]] = {name: [] for name in METRICS.names}
    gradients: dict[str, list[Any]] = {name: [] for name in GRADIENTS.names}
    answers: dict[str, list[Any]] = {name: [] for name in ANSWERS.names}
    return PackRows(by_column(rows), metrics, gradients, answers)
