"""What every worker does with a pack: train it, commit its rows, say how it went."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import perf_counter
from typing import Any

from orchestrator.errors import OrchError
from orchestrator.execution.protocol import Job, Summary
from orchestrator.execution.worker.alone import function_of_training, train_alone
from orchestrator.execution.worker.bisect import halves
from orchestrator.execution.worker.checkpoint import Keeper
from orchestrator.execution.worker.failures import describe, failed_rows
from orchestrator.plan.records import Pack
from orchestrator.store.pack_files import commit
from orchestrator.store.samples import has_sample, write_sample
from orchestrator.training.keeping import Keeping
from orchestrator.training.records import PackRows

Train = Callable[[Pack, Job, Keeping | None], PackRows]


def go_on() -> None:
    """Nobody wants the training to end."""


def work(
    pack: Pack, job: Job, pause: Callable[[], None] = go_on, train: Train = train_alone
) -> Summary:
    """Train a pack and commit it.

    pause: as `Keeping` has it; what it raises is raised.

    Raises EnvironmentFault when the store refuses, WorkerLost where one of several workers died.
    """
    started = perf_counter()
    statuses: Counter[str] = Counter()
    keeper = Keeper(pack, job)
    for rows in _settled(pack, job, train, keeper, pause):
        statuses.update(rows.trials["status"])
    _keep_sample(pack, job)
    return Summary(
        pack_id=pack.pack_id,
        trials=len(pack.trials),
        completed=statuses["completed"],
        diverged=statuses["diverged"],
        failed=statuses["failed"],
        wall_s=perf_counter() - started,
        resumed=keeper.has_resumed,
        note=keeper.note,
    )


def _settled(
    pack: Pack, job: Job, train: Train, keeper: Keeper, pause: Callable[[], None]
) -> Iterator[PackRows]:
    """Committed rows of the pack; if it raises, of its halves, down to the guilty trials.

    Halves get ids and files of their own, so that what is finished is safe at once.
    """
    try:
        yield _commit(pack, job, train(pack, job, Keeping(keeper, job.checkpoint_s, pause)))
    except OrchError:  # the store refuses, a worker is lost: no fault of a trial
        raise
    except (Exception, SystemExit) as error:  # a model is user's code and may raise anything
        failure = describe(error)
    else:
        keeper.remove()
        return
    keeper.remove()
    gc.collect()  # the traceback held the tensors of the failed attempt
    if len(pack.trials) == 1:
        yield _commit(pack, job, failed_rows(pack, failure, job))
        return
    for half in halves(pack):
        yield from _settled(half, job, train, Keeper(half, job), pause)


def _commit(pack: Pack, job: Job, rows: PackRows) -> PackRows:
    """Add what the driver found out, and write."""
    trials = len(pack.trials)
    git: dict[str, list[Any]] = {
        "git_commit": [job.git_commit] * trials,
        "git_dirty": [job.git_dirty] * trials,
    }
    complete = PackRows({**rows.trials, **git}, rows.metrics, rows.gradients)
    commit(job.paths, pack.pack_id, complete)
    return complete


def _keep_sample(pack: Pack, job: Job) -> None:
    """The first pack of a task leaves some examples of its data. No trial is lost for want of them:
    a task of the user's own may raise anything."""
    with suppress(Exception):
        if pack.sample and not has_sample(job.paths, pack.sample):
            sample_of = function_of_training("orchestrator.training.samples:sample_of")
            write_sample(job.paths, pack.sample, sample_of(pack))
