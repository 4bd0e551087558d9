"""Runs packs one after another in this process: for debugging, and where Ray cannot start."""

from collections.abc import Iterable, Sequence

from orchestrator.execution.local.processes import train_in_processes
from orchestrator.execution.protocol import Job, Listener
from orchestrator.execution.worker.alone import train_alone
from orchestrator.execution.worker.pack import Train, work
from orchestrator.plan.records import Pack


def way_of(job: Job) -> Train:
    """How packs are trained without Ray."""
    return train_in_processes if job.asked.workers > 1 else train_alone


class InlineExecutor:
    """The same packs and the same worker function as with Ray Tune, without another process.

    Only the workers of one trial, where it has several, are processes of their own.
    """

    name = "inline"

    def run(self, rounds: Iterable[Sequence[Pack]], job: Job, listener: Listener) -> None:
        train = way_of(job)
        for packs in rounds:
            for pack in packs:
                listener.tick()
                listener.started(pack)
                listener.finished(work(pack, job, pause=listener.tick, train=train))
