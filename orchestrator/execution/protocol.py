"""The interface between the driver and what runs packs: records and protocols."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from orchestrator.execution.capacity import device_of, threads_of
from orchestrator.paths import ResultsPaths
from orchestrator.plan.records import Pack
from orchestrator.study.settings import KEEP, Keep, Resources
from orchestrator.training.checkpoint_policy import Reached


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know besides its pack."""

    results: Path  # absolute: workers have a working folder of their own
    resources: Resources = field(default_factory=Resources)  # per pack
    uri: str | None = None  # where rows go, if not into that folder
    git_commit: str | None = None  # of the study file's folder
    git_dirty: bool | None = None
    keep: Keep = KEEP  # of each trial besides metrics and gradients
    train: str | None = None  # as `training.engine.train`; None: as trials need

    @property
    def device(self) -> str:
        return device_of(self.resources)

    @property
    def threads(self) -> int:
        """Threads per worker."""
        return threads_of(self.resources)

    @property
    def checkpoint_s(self) -> float:
        """Seconds from one checkpoint of a pack to the next."""
        return 60 * self.resources.checkpoint_minutes

    @property
    def paths(self) -> ResultsPaths:
        return ResultsPaths(self.results, self.uri)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a worker reports of a pack; the rows themselves are in the store."""

    pack_id: str
    trials: int
    completed: int
    diverged: int
    failed: int
    wall_s: float
    resumed: bool = False  # from a checkpoint
    note: str | None = None  # for the user


class Listener(Protocol):
    """Called, in the driver's process, as packs start, finish or are lost."""

    def started(self, pack: Pack) -> None: ...

    def reached(self, pack_id: str, reached: Reached) -> None:
        """A running pack has trained further. Where packs run elsewhere, about once a second."""

    def finished(self, summary: Summary) -> None: ...

    def lost(self, pack: Pack, reason: str, next_try: Sequence[Pack]) -> None:
        """The worker process died. next_try: packs of the same trials that replace this one."""

    def tick(self) -> None:
        """Called several times a second where packs run elsewhere; may raise to stop the run."""

    def cut_off(self, fault: str) -> int:
        """Called from a thread just before the process exits because nothing can be raised.

        Returns its exit code.
        """


class Executor(Protocol):
    """Runs packs until each of their trials has a row in the store.

    rounds: the next one is requested once all packs of the one before are in the store.

    Raises EnvironmentFault when the machine cannot continue; finished packs are in the store.
    """

    @property
    def name(self) -> str: ...

    def run(self, rounds: Iterable[Sequence[Pack]], job: Job, listener: Listener) -> None: ...
