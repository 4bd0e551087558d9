"""The narrow seam between the driver and whatever runs packs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from orchestrator.paths import ResultsPaths
from orchestrator.plan.records import Pack


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker has to know besides its pack."""

    results: Path  # absolute: workers have a working folder of their own
    uri: str | None = None  # where rows go, if not into that folder
    device: str = "cpu"  # cpu | cuda
    threads: int = 1
    gpus: float = 0  # that a pack has, or a share of one
    checkpoint_s: float = 600.0  # from one checkpoint of a pack to the next
    git_commit: str | None = None  # of the study file's folder
    git_dirty: bool | None = None
    train: str = "orchestrator.training.engine:train"  # (pack, device, threads, keeping) → PackRows

    @property
    def paths(self) -> ResultsPaths:
        return ResultsPaths(self.results, self.uri)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a worker tells of a pack; the rows themselves are in the store."""

    pack_id: str
    trials: int
    completed: int
    diverged: int
    failed: int
    wall_s: float
    resumed: bool = False  # from a checkpoint
    note: str | None = None  # what the user should know of it


class Listener(Protocol):
    """Is told what happens to packs, in the driver's process."""

    def started(self, pack: Pack) -> None: ...

    def finished(self, summary: Summary) -> None: ...

    def lost(self, pack: Pack, reason: str, next_try: Sequence[Pack]) -> None:
        """The worker process died; these packs, of the same trials, come in its place."""

    def tick(self) -> None:
        """Called several times a second where packs run elsewhere; may raise to stop the run."""


class Executor(Protocol):
    """Runs packs until each of their trials has a row in the store.

    rounds: the packs of the next are asked for when those of the one before are in the store.

    Raises EnvironmentFault when the machine cannot go on; whatever was finished is in the store.
    """

    @property
    def name(self) -> str: ...

    def run(self, rounds: Iterable[Sequence[Pack]], job: Job, listener: Listener) -> None: ...
