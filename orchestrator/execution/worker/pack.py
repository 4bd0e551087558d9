"""What every worker does with a pack: trains it, commits its rows, and sums up the outcome."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from time import perf_counter
from typing import Any

from orchestrator.errors import EnvironmentFault, OrchError
from orchestrator.execution.protocol import Job, Summary
from orchestrator.execution.worker.bisect import bisect
from orchestrator.execution.worker.checkpoint import CheckpointFile
from orchestrator.execution.worker.failures import describe, failed_rows
from orchestrator.plan.records import Pack
from orchestrator.store.commit import commit
from orchestrator.store.logs import write_log
from orchestrator.store.predictions import has_inputs, write_inputs
from orchestrator.store.samples import has_sample, write_sample
from orchestrator.study.records import LoopSettings, OwnSettings
from orchestrator.training.checkpoint_policy import CheckpointPolicy, Pause, Reached
from orchestrator.training.records import PackRows

LOOP, OWN = "orchestrator.training.engine:train", "orchestrator.own_trials.engine:train"
"""What makes a result of a pack: orch's own training loop, and trials that are the user's own."""

Train = Callable[[Pack, Job, CheckpointPolicy | None], PackRows]


def train_pack(
    pack: Pack, job: Job, checkpoints: CheckpointPolicy | None = None, **more: Any
) -> PackRows:
    """Train a pack in this process.

    more: for the training function, such as `group`, with which this process shares the work.
    """
    is_loop = isinstance(pack.trials[0].variant.settings, LoopSettings)
    if is_loop:
        more["keep"] = job.keep
        if job.resources.gpus:
            share = _training_function("orchestrator.training.stacking.memory:take_share")
            share(job.resources.gpus)
    rows: PackRows = _training_function(job.train or (LOOP if is_loop else OWN))(
        pack, device=job.device, threads=job.threads, checkpoints=checkpoints, **more
    )
    return rows


def never_stop(reached: Reached | None) -> None:
    """The `pause` of a training that nobody ends early."""


def run_pack(pack: Pack, job: Job, pause: Pause = never_stop, train: Train = train_pack) -> Summary:
    """Train a pack and commit it.

    pause: called after every epoch, as in `CheckpointPolicy`; what it raises is raised.

    Raises EnvironmentFault when the store refuses, WorkerLost when one of several workers died.
    """
    started = perf_counter()
    statuses: Counter[str] = Counter()
    notes: list[str | None] = []
    file = CheckpointFile(pack, job)
    for rows in _committed(pack, job, train, file, pause):
        statuses.update(rows.trials["status"])
        notes.append(rows.note)
    _keep_sample(pack, job)
    _keep_inputs(pack, job)
    return Summary(
        pack_id=pack.pack_id,
        trials=len(pack.trials),
        completed=statuses["completed"],
        diverged=statuses["diverged"],
        failed=statuses["failed"],
        wall_s=perf_counter() - started,
        resumed=file.has_resumed,
        note=next(filter(None, (file.note, *notes)), None),
    )


def _committed(
    pack: Pack, job: Job, train: Train, file: CheckpointFile, pause: Pause
) -> Iterator[PackRows]:
    """Committed rows of the pack; if it raises, of its halves, down to the trials that fail.

    Halves get ids and files of their own, so that finished ones are safe at once.
    """
    try:
        yield _commit(pack, job, train(pack, job, CheckpointPolicy(file, job.checkpoint_s, pause)))
    except OrchError:  # the store refuses, a worker is lost: no fault of a trial
        raise
    except (Exception, SystemExit) as error:  # a model is user's code and may raise anything
        failure = describe(error)
    else:
        file.remove()
        return
    file.remove()
    if len(pack.trials) == 1:
        yield _commit(pack, job, failed_rows(pack, failure, job))
        return
    gc.collect()  # the traceback held the tensors of the failed attempt
    for half in bisect(pack):
        yield from _committed(half, job, train, CheckpointFile(half, job), pause)


def _commit(pack: Pack, job: Job, rows: PackRows) -> PackRows:
    """Write the rows, with the commit that the driver found, or that of the revision."""
    trials = len(pack.trials)
    git_commit, git_dirty = job.git_commit, job.git_dirty
    settings = pack.trials[0].variant.settings
    if isinstance(settings, OwnSettings) and (checkout := settings.trial.checkout):
        git_commit, git_dirty = checkout.commit, checkout.dirty
    git: dict[str, list[Any]] = {
        "git_commit": [git_commit] * trials,
        "git_dirty": [git_dirty] * trials,
    }
    complete = replace(rows, trials={**rows.trials, **git})
    for trial_id, log in rows.logs.items():
        write_log(job.paths, trial_id, log)
    commit(job.paths, pack.pack_id, complete)
    return complete


def _keep_sample(pack: Pack, job: Job) -> None:
    """The first pack of a task stores examples of its data.

    A task is user's code and may raise anything: that must not cost a trial.
    """
    with suppress(Exception):
        if pack.sample and not has_sample(job.paths, pack.sample):
            sample_of = _training_function("orchestrator.training.samples:sample_of")
            write_sample(job.paths, pack.sample, sample_of(pack))


def _keep_inputs(pack: Pack, job: Job) -> None:
    """The first pack of a replicate stores the inputs whose predictions are kept, for the report.

    A task is user's code and may raise anything: that must not cost a trial.
    """
    split = job.keep.predictions
    if split == "off" or not pack.sample or pack.trials[0].phase != "replication":
        return
    with suppress(Exception):
        for replicate in sorted({trial.replicate for trial in pack.trials}):
            if not has_inputs(job.paths, pack.sample, split, replicate):
                inputs_of = _training_function("orchestrator.training.samples:inputs_of")
                found = inputs_of(pack, split, replicate)
                write_inputs(job.paths, pack.sample, split, replicate, found)


def _training_function(path: str) -> Callable[..., Any]:
    """path: module:name. A module that cannot be imported is no fault of a trial."""
    module, _, name = path.partition(":")
    try:
        function: Callable[..., Any] = getattr(import_module(module), name)
    except ImportError as error:
        raise EnvironmentFault(
            f"{module} cannot be imported: {error}\n    is PyTorch installed for this Python?"
        ) from error
    return function
