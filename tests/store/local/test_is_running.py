"""Whether a study is running: its last event, the process in its lock, its lease."""

import os
import socket
import time
from pathlib import Path

import pytest

from orchestrator.paths import StudyPaths
from orchestrator.store.journal import append_event
from orchestrator.store.local.is_running import LEASE_S, is_running

HERE = f"process {{}} on {socket.gethostname()}\n"
NO_PROCESS = 2**22 + 1  # above the largest id of a process under Linux


@pytest.fixture
def study(tmp_path: Path) -> StudyPaths:
    """A study whose last event is its start."""
    paths = StudyPaths(tmp_path)
    append_event(paths, "study_started")
    return paths


def renew_lease(study: StudyPaths, age_s: float) -> None:
    study.driver.write_text("{}")
    at = time.time() - age_s
    os.utime(study.driver, (at, at))


def test_before_the_first_run(tmp_path: Path) -> None:
    assert not is_running(StudyPaths(tmp_path))


@pytest.mark.parametrize("end", ["study_finished", "interrupted"])
def test_a_run_that_has_ended(study: StudyPaths, end: str) -> None:
    study.lock.write_text(HERE.format(os.getpid()))
    assert is_running(study)
    append_event(study, end)
    assert not is_running(study)


def test_a_process_of_this_machine_is_looked_up(study: StudyPaths) -> None:
    study.lock.write_text(HERE.format(NO_PROCESS))
    assert not is_running(study)


def test_a_process_of_another_machine_counts_as_alive_without_a_lease(study: StudyPaths) -> None:
    study.lock.write_text("process 1 on elsewhere\n")
    assert is_running(study)
    renew_lease(study, age_s=LEASE_S + 1)
    assert not is_running(study)


@pytest.mark.parametrize("lock", [HERE.format(NO_PROCESS), "process 1 on elsewhere\n", None])
def test_a_run_with_a_fresh_lease_is_alive(study: StudyPaths, lock: str | None) -> None:
    if lock:
        study.lock.write_text(lock)
    renew_lease(study, age_s=LEASE_S - 30)
    assert is_running(study)


def test_without_lock_and_lease_no_run_is_alive(study: StudyPaths) -> None:
    assert not is_running(study)
