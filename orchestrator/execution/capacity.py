"""CPUs and GPUs of this machine, and how many packs they can run at a time."""

import os
from dataclasses import dataclass

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.cpu_quota import quota
from orchestrator.execution.visible_gpus import visible_gpus
from orchestrator.study.settings import Resources
from orchestrator.words import plural


@dataclass(frozen=True, slots=True)
class Capacity:
    """CPUs and GPUs that one process may use."""

    cpus: int
    gpus: int

    def __str__(self) -> str:
        return f"{plural(self.cpus, 'CPU')}, {plural(self.gpus, 'GPU')}"

    @classmethod
    def here(cls) -> "Capacity":
        return cls(_cpus(), visible_gpus())

    def room(self, resources: Resources) -> int:
        """Number of single workers that fit at a time, perhaps 0; a trial may need several."""
        room = _times(self.cpus, resources.cpus)
        return min(room, self._room_on_gpus(resources.gpus)) if resources.gpus else room

    def _room_on_gpus(self, gpus: float) -> int:
        """A worker never gets shares of two GPUs."""
        return self.gpus * _times(1, gpus) if gpus <= 1 else _times(self.gpus, gpus)

    def workers(self, resources: Resources) -> int:
        """Packs side by side. Raises EnvironmentFault when there is no room for even one."""
        packs = self.room(resources) // resources.workers
        if packs < 1:
            raise EnvironmentFault(
                f"resources: {request(resources)}, but this machine has {self}\n"
                f"    lower `resources:` in the study, e.g. {self._cure(resources)}"
            )
        return packs

    def _cure(self, resources: Resources) -> str:
        if room := self.room(resources):
            return f"--set resources.workers={room}"
        return f"--set resources.cpus={self.cpus} --set resources.gpus={self.gpus}"


def request(resources: Resources) -> str:
    """What a pack needs, in words: each pack requests 2 CPUs and 1 GPU."""
    each = f"{plural(resources.cpus, 'CPU')} and {plural(resources.gpus, 'GPU')}"
    if resources.workers == 1:
        return f"each pack requests {each}"
    return f"each trial requests {resources.workers} workers with {each} each"


def device_of(resources: Resources) -> str:
    """Device on which the packs of a study train."""
    return "cuda" if resources.gpus else "cpu"


def threads_of(resources: Resources) -> int:
    """Threads per worker."""
    return max(1, int(resources.cpus))


def _times(has: float, asks: float) -> int:
    return int(has / asks + 1e-6)  # 1 // 0.1 is 9


def _cpus() -> int:
    """CPUs that this process may run on, or fewer where its control group has a quota."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(allowed or 1, quota()))
