"""The processes of a command end with its trial."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.own_trials.engine import train
from orchestrator.training.checkpoint_policy import CheckpointPolicy, Reached
from tests.own_trials.commands import study_of, trial_of
from tests.own_trials.studies import packs_of
from tests.own_trials.test_engine import Kept, Stop


def is_gone(pid: int) -> bool:
    """Whether no such process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def soon(what: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    return what()


CHILDREN = "sleep 300 & echo $! > pids; echo $$ >> pids; echo accuracy 0.1"


def pids(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "pids").read_text().split()]


def test_children_that_a_command_leaves_are_ended(tmp_path: Path) -> None:
    assert trial_of(tmp_path, CHILDREN)["status"] == "completed"
    assert all(soon(lambda pid=pid: is_gone(pid)) for pid in pids(tmp_path))  # type: ignore[misc]


def test_a_run_that_stops_ends_the_whole_group(tmp_path: Path) -> None:
    def stop(reached: Reached | None) -> None:
        if reached and reached.epoch:
            raise Stop

    pack = packs_of(study_of(tmp_path, f"trap 'echo bye > bye' TERM; {CHILDREN}; wait"))[0]
    with pytest.raises(Stop):
        train(pack, checkpoints=CheckpointPolicy(Kept(), 60.0, stop))
    assert all(soon(lambda pid=pid: is_gone(pid)) for pid in pids(tmp_path))  # type: ignore[misc]
    assert (tmp_path / "bye").exists()  # it was asked first


@pytest.mark.slow
def test_the_group_ends_with_orch_even_if_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "train.sh").write_text(f"{CHILDREN}; wait\n")
    program = (
        "import sys, pathlib\n"
        "from orchestrator.own_trials.process import started\n"
        "with started(['sh', 'train.sh'], pathlib.Path(sys.argv[1]), {}) as process:\n"
        "    for _ in process.output(): pass\n"
    )
    orch = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
    assert soon(lambda: (tmp_path / "pids").exists() and len(pids(tmp_path)) == 2)
    os.kill(orch.pid, signal.SIGKILL)
    orch.wait()
    assert all(soon(lambda pid=pid: is_gone(pid)) for pid in pids(tmp_path))  # type: ignore[misc]
