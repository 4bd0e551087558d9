"""Runs the trial of a pack, the user's own, and makes its rows."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir
from time import perf_counter
from typing import Any

from orchestrator.errors import OrchError
from orchestrator.files import faults
from orchestrator.models.settings.own_trial import OwnCommand, OwnFunction, OwnTrial
from orchestrator.own_trials.attempt import Attempt
from orchestrator.own_trials.checkpoint import TrialCheckpoint
from orchestrator.own_trials.command import CommandFailed, run
from orchestrator.own_trials.function import call
from orchestrator.own_trials.output import Output
from orchestrator.own_trials.reports import Reports
from orchestrator.plan.records import Pack
from orchestrator.study.records import OwnSettings
from orchestrator.temp_files import passing, remove_abandoned
from orchestrator.tracebacks import end_of_traceback, storable
from orchestrator.training.checkpoint_policy import CheckpointPolicy
from orchestrator.training.records import (
    ANSWER_COLUMNS,
    Columns,
    PackRows,
    by_column,
)
from orchestrator.training.trial_row import Execution, Outcome, trial_row

_SCRATCH = "orch-trial"


def train(
    pack: Pack,
    device: str = "cpu",
    threads: int = 1,
    checkpoints: CheckpointPolicy | None = None,
) -> PackRows:
    """Run the only trial of the pack. One that fails or diverges has rows as well.

    Raises OrchError, and what `pause` raises.
    """
    (trial,) = pack.trials
    settings = trial.variant.settings
    assert isinstance(settings, OwnSettings)
    started, started_at = perf_counter(), datetime.now(UTC)
    reports, output = Reports(each.name for each in settings.declared), Output()
    _use_threads(threads)
    with _scratch() as root:
        folder = root / "trial"
        folder.mkdir()
        checkpoint = TrialCheckpoint(checkpoints, root / "checkpoint")
        attempt = Attempt(
            trial,
            pack.study_seed,
            settings.declared,
            device,
            threads,
            folder,
            reports,
            checkpoint,
            output,
        )
        outcome = _outcome(settings.trial, attempt)
    wall_s = perf_counter() - started
    execution = Execution("own", device, threads, wall_s, started_at)
    reported = reports if outcome.status != "failed" else Reports(())
    return PackRows(
        trials=by_column([trial_row(pack, trial, outcome, execution)]),
        metrics=reported.columns(trial.trial_id),
        gradients=reported.probed.columns(trial.trial_id),
        answers=_empty(ANSWER_COLUMNS),
        logs={trial.trial_id: output.content},
        note=reports.note(),
    )


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for one trial; those of processes that were killed go first."""
    place = Path(gettempdir())
    remove_abandoned(place, _SCRATCH)
    folder = place / passing(_SCRATCH)
    with faults(folder, "make the folder", "free some space, or set TMPDIR"):
        folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def _outcome(own: OwnTrial, attempt: Attempt) -> Outcome:
    reports = attempt.reports
    try:
        match own:
            case OwnFunction():
                call(own, attempt)
            case OwnCommand():
                run(own, attempt)
    except OrchError:
        raise
    except CommandFailed as failure:
        return Outcome("failed", storable(str(failure)), reports.epochs_done)
    except (Exception, SystemExit) as error:  # it is the user's code and may raise anything
        return Outcome("failed", storable(end_of_traceback(error)), reports.epochs_done)
    if reports.diverged:
        done = max(reports.diverged[1] - 1, 0)
        return Outcome("diverged", reports.divergence, done, final=dict.fromkeys(reports.declared))
    if fault := reports.fault():
        return Outcome("failed", storable(fault), reports.epochs_done)
    done = reports.epochs_done
    return Outcome("completed", None, done, done, reports.final)


def _use_threads(threads: int) -> None:
    """Workers of Ray have it in their environment; this process may have torch already."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)


def _empty(names: tuple[str, ...]) -> Columns:
    columns: dict[str, list[Any]] = {name: [] for name in names}
    return columns
