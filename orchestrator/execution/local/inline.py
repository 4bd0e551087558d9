"""Runs packs one after another in this process: for debugging, and where Ray cannot start."""

from collections.abc import Iterable, Sequence
from functools import partial

from orchestrator.execution.local.processes import train_in_processes
from orchestrator.execution.protocol import Job, Listener
from orchestrator.execution.worker.pack import Train, run_pack, train_pack
from orchestrator.plan.records import Pack
from orchestrator.training.checkpoint_policy import Reached


def local_training(job: Job) -> Train:
    """The function that trains a pack without Ray."""
    return train_in_processes if job.resources.workers > 1 else train_pack


class InlineExecutor:
    """The same packs and the same worker function as with Ray Tune, in this process.

    Only where a trial has several workers are they processes of their own.
    """

    name = "inline"

    def run(self, rounds: Iterable[Sequence[Pack]], job: Job, listener: Listener) -> None:
        train = local_training(job)
        for packs in rounds:
            for pack in packs:
                listener.tick()
                listener.started(pack)
                pause = partial(_after_epoch, listener, pack)
                listener.finished(run_pack(pack, job, pause=pause, train=train))


def _after_epoch(listener: Listener, pack: Pack, reached: Reached | None) -> None:
    if reached:
        listener.reached(pack.pack_id, reached)
    listener.tick()
