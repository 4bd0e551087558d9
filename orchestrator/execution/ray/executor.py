"""Runs packs in worker processes that live on from pack to pack: one Tune trial is one pack."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from types import ModuleType

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.protocol import Job, Listener, Summary
from orchestrator.execution.ray.heartbeat import heartbeat
from orchestrator.execution.ray.preflight import Preflight
from orchestrator.execution.worker.bisect import bisect
from orchestrator.execution.worker.failures import failed_rows
from orchestrator.paths import ResultsPaths
from orchestrator.plan.records import Pack
from orchestrator.store.checkpoints import digest
from orchestrator.store.commit import commit

_PACKS_PER_TUNER = 1500  # the driver's memory grows with the number of Tune trials


@dataclass(frozen=True, slots=True)
class Attempt:
    """A pack, and how often it may be lost before it is split in halves.

    checkpoint: identifies the one from which it resumes; None if there was none.
    """

    pack: Pack
    spare: int = 1
    checkpoint: str | None = None

    def after_loss(self, checkpoint: str | None = None) -> tuple["Attempt", ...]:
        """The same pack again, as something else may have killed its worker; then its halves.

        Nothing for a single trial: it killed the worker. A pack with a new checkpoint has got
        further than the last time, so that it is not to blame: its machine may have been taken.
        """
        if checkpoint not in (None, self.checkpoint):
            return (replace(self, checkpoint=checkpoint),)
        if self.spare:
            return (replace(self, spare=self.spare - 1),)
        if len(self.pack.trials) == 1:
            return ()
        return tuple(Attempt(half, 0) for half in bisect(self.pack))


def _no_preflight(results: ResultsPaths) -> AbstractContextManager[None]:
    """For one machine: it is the driver's own."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class RayTuneExecutor:
    """Packs side by side on a Ray cluster, as many as it has room for.

    cluster: starts it, or joins one, for as long as its context lasts; gives a folder for files.
    preflight: the check that each machine must pass before it is given packs.
    """

    cluster: Callable[[], AbstractContextManager[Path]]
    preflight: Callable[[ResultsPaths], AbstractContextManager[Preflight | None]] = _no_preflight
    name: str = "ray_tune"

    def run(self, rounds: Iterable[Sequence[Pack]], job: Job, listener: Listener) -> None:
        with ExitStack() as stack:
            folder = stack.enter_context(self.cluster())
            listener.tick()  # a signal that came meanwhile
            preflight = stack.enter_context(self.preflight(job.paths))

            def clean_up(fault: str) -> int:
                rmtree(folder, ignore_errors=True)
                if preflight:
                    preflight.close()
                return listener.cut_off(fault)

            beat = stack.enter_context(heartbeat(clean_up, own=preflight is None))
            tuners = _tuner_module().Tuners(folder, job, listener, beat, preflight)
            for packs in rounds:
                waiting = [Attempt(pack) for pack in packs]
                while waiting:
                    batch, waiting = waiting[:_PACKS_PER_TUNER], waiting[_PACKS_PER_TUNER:]
                    losses = tuners.fit([attempt.pack for attempt in batch])
                    waiting = _retries(batch, losses, job, listener) + waiting


def _tuner_module() -> ModuleType:
    """Imported once Ray runs. Raises EnvironmentFault where Ray Tune cannot be imported."""
    try:
        return import_module("orchestrator.execution.ray.tuner")
    except Exception as error:  # what a library raises on import may be anything
        raise EnvironmentFault(
            f"Ray Tune cannot be imported: {type(error).__name__}: {error}\n"
            "    `orch doctor` checks the installation; --inline needs no Ray"
        ) from error


def _retries(
    batch: Sequence[Attempt], losses: dict[str, str], job: Job, listener: Listener
) -> list[Attempt]:
    """losses: pack id → how its worker died."""
    retries: list[Attempt] = []
    for attempt in batch:
        if reason := losses.get(attempt.pack.pack_id):
            pack = attempt.pack
            following = attempt.after_loss(digest(job.paths, pack.study, pack.pack_id))
            listener.lost(pack, reason, [retry.pack for retry in following])
            retries += following
            if not following:
                commit(job.paths, pack.pack_id, failed_rows(pack, reason, job))
                trials = len(pack.trials)
                listener.finished(Summary(pack.pack_id, trials, 0, 0, failed=trials, wall_s=0.0))
    return retries
