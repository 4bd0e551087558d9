"""Runs packs in worker processes that live on from pack to pack: one Tune trial is one pack."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree

from orchestrator.execution.protocol import Job, Listener, Summary
from orchestrator.execution.ray.heartbeat import head_of
from orchestrator.execution.ray.preflight import Gate
from orchestrator.execution.worker.bisect import halves
from orchestrator.execution.worker.failures import failed_rows
from orchestrator.paths import ResultsPaths
from orchestrator.plan.records import Pack
from orchestrator.store.checkpoints import written
from orchestrator.store.pack_files import commit

_PACKS_PER_TUNER = 1500  # the driver's memory grows with the number of Tune trials


@dataclass(frozen=True, slots=True)
class Attempt:
    """A pack, and how often it may be lost before it is cut in halves.

    checkpoint: what tells the one from which it goes on from others; None if there was none.
    """

    pack: Pack
    spare: int = 1
    checkpoint: str | None = None

    def after_loss(self, checkpoint: str | None = None) -> tuple["Attempt", ...]:
        """The same pack once more: its worker may have died of something else. Then halves.

        Nothing when it is a single trial: it is the guilty one. A pack that got further than the
        last time, as this checkpoint tells, is above suspicion: its machine may have been taken.
        """
        if checkpoint not in (None, self.checkpoint):
            return (replace(self, checkpoint=checkpoint),)
        if self.spare:
            return (replace(self, spare=self.spare - 1),)
        if len(self.pack.trials) == 1:
            return ()
        return tuple(Attempt(half, 0) for half in halves(self.pack))


def _open_to_all(results: ResultsPaths) -> AbstractContextManager[None]:
    """Where there is one machine."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class RayTuneExecutor:
    """Packs side by side on a Ray, as many as there is room for.

    ray: starts it, or joins one, for as long as its context lasts; gives a folder for its files.
    gate: what machines are held against before they are given packs, as long as its context lasts.
    """

    ray: Callable[[], AbstractContextManager[Path]]
    gate: Callable[[ResultsPaths], AbstractContextManager[Gate | None]] = _open_to_all
    name: str = "ray_tune"

    def run(self, rounds: Iterable[Sequence[Pack]], job: Job, listener: Listener) -> None:
        with ExitStack() as stack:
            folder = stack.enter_context(self.ray())
            gate = stack.enter_context(self.gate(job.paths))

            def last_words(fault: str) -> None:
                rmtree(folder, ignore_errors=True)
                if gate:
                    gate.close()
                listener.cut_off(fault)

            head = stack.enter_context(head_of(last_words))
            from orchestrator.execution.ray.tuner import Tuners

            tuners = Tuners(folder, job, listener, head, gate)
            for packs in rounds:
                waiting = [Attempt(pack) for pack in packs]
                while waiting:
                    batch, waiting = waiting[:_PACKS_PER_TUNER], waiting[_PACKS_PER_TUNER:]
                    losses = tuners.fit([attempt.pack for attempt in batch])
                    waiting = _retries(batch, losses, job, listener) + waiting


def _retries(
    batch: Sequence[Attempt], losses: dict[str, str], job: Job, listener: Listener
) -> list[Attempt]:
    """losses: pack id → how its worker died."""
    retries: list[Attempt] = []
    for attempt in batch:
        if reason := losses.get(attempt.pack.pack_id):
            pack = attempt.pack
            following = attempt.after_loss(written(job.paths, pack.study, pack.pack_id))
            listener.lost(attempt.pack, reason, [retry.pack for retry in following])
            retries += following
            if not following:
                _give_up(attempt.pack, reason, job, listener)
    return retries


def _give_up(pack: Pack, reason: str, job: Job, listener: Listener) -> None:
    commit(job.paths, pack.pack_id, failed_rows(pack, reason, job))
    listener.finished(Summary(pack.pack_id, len(pack.trials), 0, 0, len(pack.trials), 0.0))
