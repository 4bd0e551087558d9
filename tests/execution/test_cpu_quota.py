"""Quotas of control groups, as Linux writes them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.execution import cpu_quota
from orchestrator.execution.capacity import Capacity

V2 = {"cpu.max": "150000 100000"}
V1 = {"cpu.cfs_quota_us": "300000", "cpu.cfs_period_us": "100000"}
REAL_V1 = Path("/sys/fs/cgroup/cpu")


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cpu_quota, "_MOUNTED", tmp_path / "mounted")
    monkeypatch.setattr(cpu_quota, "_OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)))
    return tmp_path / "mounted"


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("folder", "files", "own", "cpus"),
    [
        ("", V2, "", 1),  # a container that sees only its own group
        ("", {"cpu.max": "50000 100000"}, "", 1),  # half a CPU is still one process
        ("", {"cpu.max": "max 100000"}, "0::/", 64),
        ("", {"cpu.max": "?"}, "0::/", 64),
        ("job/step", {"cpu.max": "400000 100000"}, "0::/job/step/task", 4),  # of a group around it
        ("cpu", V1, "", 3),
        ("cpu,cpuacct/job", V1, "5:memory:/job\n4:cpu,cpuacct:/job", 3),
        ("cpu", {**V1, "cpu.cfs_quota_us": "-1"}, "4:cpu:/", 64),
    ],
)
def test_cpus_are_those_of_the_quota(
    folder: str, files: dict[str, str], own: str, cpus: int, mounted: Path
) -> None:
    write(mounted / folder, files)
    (mounted.parent / "own").write_text(own)
    assert Capacity.here().cpus == cpus


def test_the_least_of_all_groups_holds(mounted: Path) -> None:
    write(mounted / "job", {"cpu.max": "200000 100000"})
    write(mounted / "job" / "step", {"cpu.max": "800000 100000"})
    (mounted.parent / "own").write_text("0::/job/step")
    assert Capacity.here().cpus == 2


@pytest.mark.skipif(
    not os.access(REAL_V1 / "cpu.cfs_quota_us", os.W_OK), reason="needs a writable cgroup v1"
)
def test_a_real_group_of_version_1() -> None:
    """The kernel's own files, for a process that is really in the group."""
    group = REAL_V1 / f"orch-test-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text("100000")
        (group / "cpu.cfs_quota_us").write_text("100000")
        code = (
            f"import os; open({str(group / 'cgroup.procs')!r}, 'w').write(str(os.getpid()))\n"
            "from orchestrator.execution.cpu_quota import quota; print(quota())"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout == "1\n", done.stderr
    finally:
        group.rmdir()
