"""CPUs and GPUs of this machine, and how many packs they can run at a time."""

import os
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import EnvironmentFault
from orchestrator.study.settings import Resources
from orchestrator.words import plural

_CGROUP_CPUS = Path("/sys/fs/cgroup/cpu.max")
_NVIDIA_GPUS = Path("/proc/driver/nvidia/gpus")


@dataclass(frozen=True, slots=True)
class Capacity:
    """CPUs and GPUs that one process may use."""

    cpus: int
    gpus: int

    def __str__(self) -> str:
        return f"{plural(self.cpus, 'CPU')}, {plural(self.gpus, 'GPU')}"

    @classmethod
    def here(cls) -> "Capacity":
        return cls(_cpus(), _gpus())

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
    """CPUs that this process may run on, or fewer where a container has a quota."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(allowed or 1, _quota()))


def _quota() -> int:
    """Whole CPUs of the control group; a large number without a quota."""
    try:
        quota, period = _CGROUP_CPUS.read_text().split()
        return int(int(quota) / int(period))
    except (OSError, ValueError):  # no control group, or "max"
        return 1 << 20


def _gpus() -> int:
    """NVIDIA GPUs that CUDA would show to this process."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([name for name in visible.split(",") if name.strip() not in ("", "-1")])
    return len(list(_NVIDIA_GPUS.iterdir())) if _NVIDIA_GPUS.exists() else 0
