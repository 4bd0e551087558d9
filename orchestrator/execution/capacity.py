"""What this machine has, and how many packs it can run at a time."""

import os
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.ray.labels import lack, of_this_machine
from orchestrator.study.settings import Resources

_CGROUP_CPUS = Path("/sys/fs/cgroup/cpu.max")
_NVIDIA_GPUS = Path("/proc/driver/nvidia/gpus")


@dataclass(frozen=True, slots=True)
class Capacity:
    """CPUs and GPUs that one process may use."""

    cpus: int
    gpus: int

    def __str__(self) -> str:
        return f"{amount(self.cpus, 'CPU')}, {amount(self.gpus, 'GPU')}"

    @classmethod
    def here(cls) -> "Capacity":
        return cls(_cpus(), _gpus())

    def room(self, asked: Resources) -> int:
        """Single workers side by side, of which a trial may need several; perhaps none."""
        room = _times(self.cpus, asked.cpus)
        return min(room, self._room_on_gpus(asked.gpus)) if asked.gpus else room

    def _room_on_gpus(self, gpus: float) -> int:
        """No pack has shares of two."""
        return self.gpus * _times(1, gpus) if gpus <= 1 else _times(self.gpus, gpus)

    def workers(self, asked: Resources) -> int:
        """Packs side by side. Raises EnvironmentFault when there is no room for even one."""
        if text := lack(asked, [of_this_machine(asked)]):
            raise EnvironmentFault(
                f"resources: this machine is not such as the study asks for: {text}\n"
                "    run it on a cluster: --address, or here on what there is: "
                "--set resources.accelerator_type=null --set resources.labels=null"
            )
        packs = self.room(asked) // asked.workers
        if packs < 1:
            raise EnvironmentFault(
                f"resources: {request(asked)}, but this machine has {self}\n"
                f"    lower `resources:` in the study, e.g. {self._cure(asked)}"
            )
        return packs

    def _cure(self, asked: Resources) -> str:
        if room := self.room(asked):
            return f"--set resources.workers={room}"
        return f"--set resources.cpus={self.cpus} --set resources.gpus={self.gpus}"


def request(asked: Resources) -> str:
    """What a pack needs, in words."""
    each = wanted(asked)
    if asked.workers == 1:
        return f"each pack asks for {each}"
    return f"each trial asks for {asked.workers} workers with {each} each"


def _times(has: float, asks: float) -> int:
    return int(has / asks + 1e-6)  # 1 // 0.1 is 9


def amount(number: float, noun: str) -> str:
    """1 CPU, 0.5 GPUs."""
    return f"{number:g} {noun}{'s' * (number != 1)}"


def wanted(asked: Resources) -> str:
    """2 CPUs and 1 GPU."""
    return f"{amount(asked.cpus, 'CPU')} and {amount(asked.gpus, 'GPU')}"


def device_of(asked: Resources) -> str:
    """Where the packs of a study train."""
    return "cuda" if asked.gpus else "cpu"


def threads_of(asked: Resources) -> int:
    """Of one worker."""
    return max(1, int(asked.cpus))


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
