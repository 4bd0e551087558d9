"""Rows of trials that could not be trained, with the reason."""

from datetime import UTC, datetime
from typing import Any

from orchestrator.errors import OrchError
from orchestrator.execution.protocol import Job
from orchestrator.models.own.importing import failing_layer
from orchestrator.plan.records import Pack
from orchestrator.store.schemas import ANSWERS, GRADIENTS, METRICS
from orchestrator.tracebacks import end_of_traceback, storable
from orchestrator.training.records import PackRows, by_column
from orchestrator.training.trial_row import Execution, Outcome, trial_row


class WorkerFailed(Exception):
    """One of several workers of a trial raised an error; the message is that of `describe`."""


class WorkerLost(OrchError):
    """One of several workers of a trial died; its node may be the cause, not the trial."""


def describe(error: BaseException) -> str:
    """Type, message, the layer of a model that was at work, and the last lines of the traceback."""
    if isinstance(error, WorkerFailed):
        return str(error)
    layer = failing_layer(error)
    return end_of_traceback(error, *[f"in the layer {layer}"] * bool(layer))


def failed_rows(pack: Pack, error: str, job: Job) -> PackRows:
    """Rows of a pack whose members all failed with this error."""
    threads = job.threads * job.resources.workers
    execution = Execution(None, job.device, threads, wall_s=0.0, started_at=datetime.now(UTC))
    outcome = Outcome("failed", storable(error), epochs_done=0)
    git = {"git_commit": job.git_commit, "git_dirty": job.git_dirty}
    rows = [trial_row(pack, trial, outcome, execution) | git for trial in pack.trials]
    metrics: dict[str, list[Any]] = {name: [] for name in METRICS.names}
    gradients: dict[str, list[Any]] = {name: [] for name in GRADIENTS.names}
    answers: dict[str, list[Any]] = {name: [] for name in ANSWERS.names}
    return PackRows(by_column(rows), metrics, gradients, answers)
