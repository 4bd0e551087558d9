"""One run of a study at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.store.local.lock import exclusive

HOLD = (
    "import sys, time, pathlib\n"
    "from orchestrator.store.local.lock import exclusive\n"
    "with exclusive(pathlib.Path(sys.argv[1])):\n"
    "    print('held', flush=True); time.sleep(60)\n"
)


def test_the_error_names_the_process_that_holds_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, lock], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(EnvironmentFault, match=f"by process {holder.pid} on"), exclusive(lock):
            pass
        holder.send_signal(signal.SIGKILL)
    with exclusive(lock):  # of a dead process it is stale
        assert f"process {os.getpid()} " in lock.read_text()


def test_it_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with exclusive(tmp_path / ".lock"):
            pass


def test_in_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="cannot lock"), exclusive(tmp_path / "no" / ".lock"):
        pass
