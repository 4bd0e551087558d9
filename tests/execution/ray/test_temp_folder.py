"""Folders of runs that live stay, on whatever machine; those of dead runs go."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.ray import temp_folder as module
from orchestrator.execution.ray.temp_folder import temp_folder

RUN = """
import time
from orchestrator.execution.ray.temp_folder import temp_folder
with temp_folder() as folder:
    (folder / "session_x").mkdir()
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short one, as that of a test is too long for Ray."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="t") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield Path(folder)


@contextmanager
def running(*before: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    command = [*before, sys.executable, "-c", RUN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def folders(place: Path) -> set[Path]:
    return set(place.glob("orch-*"))


def test_it_is_there_inside_and_gone_afterwards(place: Path) -> None:
    with temp_folder() as folder:
        assert folders(place) == {folder}
    assert not folders(place)


def test_that_of_another_run_stays_while_it_lives(place: Path) -> None:
    with running() as (process, theirs):
        with temp_folder() as ours:
            assert folders(place) == {theirs, ours}
        process.kill()
        process.wait()
        assert folders(place) == {theirs}
        with temp_folder() as ours:
            assert folders(place) == {ours}


@pytest.mark.skipif(os.geteuid() != 0, reason="a namespace of processes needs root")
def test_that_of_another_container_stays_though_its_process_is_not_seen(place: Path) -> None:
    """Two containers share a folder; the id of the process means nothing here."""
    container = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
    with running(*container) as (_, theirs), temp_folder() as ours:
        assert folders(place) == {theirs, ours}


def test_a_folder_without_a_lock_is_somebody_elses(place: Path) -> None:
    (place / "orch-notes" / "session_1").mkdir(parents=True)
    with temp_folder() as ours:
        assert folders(place) == {place / "orch-notes", ours}


@pytest.mark.parametrize("name", ["a" * 40, "tü"])
def test_a_path_that_ray_cannot_use_is_passed_over(
    name: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfit = place / name
    unfit.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(unfit))
    monkeypatch.setattr(module, "_ELSEWHERE", ("/nowhere", str(place)))
    with temp_folder() as folder:
        assert folder.parent == place
    monkeypatch.setattr(module, "_ELSEWHERE", ("/nowhere",))
    with pytest.raises(EnvironmentFault, match=r"set TMPDIR to a folder of at most 2\d char"):
        temp_folder().__enter__()


SECOND = """
from orchestrator.execution.ray.temp_folder import temp_folder
from orchestrator.run.signals import Stop, interruptible
import time
with interruptible(), temp_folder() as folder:
    try:
        print(folder, flush=True)
        time.sleep(60)
    except Stop:
        print("cleaning up", flush=True)
        time.sleep(60)
"""


def test_a_second_ctrl_c_leaves_no_folder(place: Path) -> None:
    command = [sys.executable, "-c", SECOND]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert Path(process.stdout.readline().strip()) in folders(place)
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "cleaning up\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT
    assert not folders(place)
