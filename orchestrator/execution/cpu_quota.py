"""The CPU time that the control group of this process allows, in a container or a batch job."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

UNLIMITED = 1 << 20  # CPUs
_OWN_GROUPS = Path("/proc/self/cgroup")
_MOUNTED = Path("/sys/fs/cgroup")


def quota() -> int:
    """Whole CPUs: the least of the group and of all groups around it; `UNLIMITED` without a quota.

    Source: cgroup v2 (cpu.max) and v1 (cpu.cfs_quota_us, cpu.cfs_period_us) of the Linux kernel.
    """
    return min((int(cpus) for folder in _groups() for cpus in _quotas(folder)), default=UNLIMITED)


def _groups() -> Iterator[Path]:
    """Folders of the group and of those around it; a container may see its own as the root."""
    try:
        lines = _OWN_GROUPS.read_text().splitlines()
    except OSError:  # no control groups
        lines = []
    for line in ("0::/", ":cpu:/", *lines):
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = _MOUNTED / controllers if controllers else _MOUNTED
        for group in (PurePosixPath(path), *PurePosixPath(path).parents):
            yield root / str(group).lstrip("/")


def _quotas(folder: Path) -> Iterator[float]:
    """CPUs by version 2 and by version 1; nothing where there is no file or no quota."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            words = " ".join((folder / name).read_text() for name in names).split()
            used, period = map(int, words)
        except (OSError, ValueError):  # no such file, or "max"
            continue
        if used > 0 and period > 0:  # version 1 writes -1 for no quota
            yield used / period
