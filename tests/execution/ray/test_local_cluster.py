"""A local cluster listens on this machine only, and handles no signal of this process."""

import os
import time
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity
from orchestrator.execution.protocol import Job
from orchestrator.execution.ray.executor import RayTuneExecutor
from orchestrator.execution.ray.local_cluster import local_cluster
from tests.cli.heads import wait
from tests.execution.conftest import LocalRay
from tests.execution.listening import Heard, pack_of

_LISTENS = "0A"
_LOOPBACK = {"0100007F", "0" * 24 + "01000000", "0" * 16 + "FFFF00000100007F"}


def listeners() -> dict[str, str]:
    """Socket → address in hexadecimal, as the kernel writes it."""
    found = {}
    for file in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{file}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == _LISTENS:
                found[f"socket:[{words[9]}]"] = words[1].partition(":")[0]
    return found


def offspring(pid: int) -> list[int]:
    """This process and all that came from it."""
    children = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        children += [int(child) for child in task.read_text().split()]
    return [pid, *(each for child in children for each in offspring(child))]


def sockets(pid: int) -> set[str]:
    try:
        return {os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:  # it has ended, or a file was closed
        return set()


def waiting_workers() -> set[int]:
    """Processes that have nothing to do yet."""
    return {pid for pid in offspring(os.getpid()) if command(pid).startswith("ray::IDLE")}


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:  # it has ended
        return ""


@pytest.mark.ray
def test_workers_that_wait_get_the_first_packs(local: LocalRay) -> None:
    """Where no CPU is free, Ray ends workers that were idle for a second, and starts others."""
    with local.joined():
        import ray
        from ray.util import placement_group, remove_placement_group
        from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

        wait("workers", lambda: len(waiting_workers()) == 2)
        before = waiting_workers()
        time.sleep(1.2)
        group = placement_group([{"CPU": 1}] * 2)
        assert group.wait(30)
        time.sleep(0.6)
        worker = ray.remote(lambda: os.getpid()).options(
            scheduling_strategy=PlacementGroupSchedulingStrategy(group)
        )
        assert ray.get(worker.remote()) in before
        remove_placement_group(group)


class Looking(Heard):
    """While packs run: addresses at which processes of this one listen."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def tick(self) -> None:
        ours = set().union(*(sockets(pid) for pid in offspring(os.getpid())))
        self.seen += [at for socket, at in listeners().items() if socket in ours]


@pytest.mark.ray
def test_nothing_of_a_run_listens_beyond_the_loopback(
    ray_executor: RayTuneExecutor, tmp_path: Path
) -> None:
    looking = Looking()
    job = Job(tmp_path, train="tests.execution.doubles:train")
    ray_executor.run([[pack_of("a"), pack_of("b")]], job, looking)
    assert len(looking.seen) > 2, "Ray's servers are found"
    assert set(looking.seen) <= _LOOPBACK


@pytest.mark.ray
def test_a_start_that_takes_too_long_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After 30 s: its raylet waits no longer for its agents, and Ray raises a bare Exception.

    Ray is started twice. Another error ends the first start.
    """
    import ray

    slow = "The current node timed out during startup. This could happen because …"
    errors: list[Exception] = []
    calls: list[str] = []

    def init(**options: object) -> None:
        calls.append("init")
        if errors:
            raise errors.pop(0)

    def started() -> None:
        calls.clear()
        with local_cluster(Capacity(cpus=1, gpus=0), threads=1, workers=1, preloaded=[]):
            calls.append("in use")

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray, "shutdown", lambda: calls.append("shutdown"))
    errors[:] = [Exception(slow)] * 2
    with pytest.raises(EnvironmentFault, match="Ray could not be started: The current") as fault:
        started()
    assert slow in str(fault.value)
    assert "    run the same command again" in str(fault.value)
    assert calls == ["init", "shutdown", "init", "shutdown"]
    errors[:] = [Exception(slow)]
    started()
    assert calls == ["init", "shutdown", "init", "in use", "shutdown"]
    errors[:] = [OSError("no room")]
    with pytest.raises(EnvironmentFault, match="no room"):
        started()
    assert calls == ["init", "shutdown"]


def caught_signals() -> str:
    """Those for which this process has a handler, as bits in hexadecimal."""
    status = Path("/proc/self/status").read_text()
    return status.partition("SigCgt:")[2].split()[0]


@pytest.mark.ray
def test_signal_handlers_are_left_alone_and_as_many_workers_start_as_asked(
    local: LocalRay,
) -> None:
    """`ray.init` would add some, SIGTRAP's among them; `ray.shutdown` would remove SIGSEGV's."""
    local.stop()
    before = caught_signals()
    with local_cluster(Capacity(cpus=2, gpus=0), threads=1, workers=1, preloaded=()):
        assert caught_signals() == before
        wait("a worker", waiting_workers)
        time.sleep(1)
        assert len(waiting_workers()) == 1, "not one for each CPU"
    assert caught_signals() == before
