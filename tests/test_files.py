"""Files are replaced as a whole; errors of the disk name the path and a cure."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.files import (
    alive,
    clean_leftovers,
    faults,
    replacing,
    write_text,
)


def temporary_files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".")]


def write_half_and_raise(path: Path, error: BaseException) -> None:
    with replacing(path) as file:
        file.write(b"half of the n")
        raise error


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    write_text(path, "old")
    write_text(path, "né")
    assert path.read_text(encoding="utf-8") == "né"
    assert not temporary_files(path.parent)


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
def test_an_error_leaves_the_old_file_and_no_other(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "file"
    write_text(path, "old")
    with pytest.raises(type(error), match=r"x|^$"):
        write_half_and_raise(path, error)
    assert path.read_text() == "old"
    assert not temporary_files(tmp_path)


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "may write to"),
        (errno.EFBIG, "ulimit"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "check the disk"),
    ],
)
def test_each_fault_names_path_and_cure(tmp_path: Path, number: int, cure: str) -> None:
    path = tmp_path / "file"
    with pytest.raises(EnvironmentFault, match=f"(?s)cannot write {path}: .*{cure}"):
        write_half_and_raise(path, OSError(number, os.strerror(number)))
    assert not list(tmp_path.iterdir())


def test_a_file_where_a_folder_is_needed(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(EnvironmentFault, match="a file exists where a folder is needed"):
        write_text(tmp_path / "results" / "plan.json", "{}")


def test_other_errors_pass(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError, match="by zero"), faults(tmp_path, "read"):
        _ = 1 / 0


def test_a_disk_limit_hit_while_writing_leaves_nothing(tmp_path: Path) -> None:
    """A real process with a real limit: its third kilobyte does not fit."""
    script = (
        "import resource, sys, pathlib\n"
        "from orchestrator.files import write_text\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))\n"
        "write_text(pathlib.Path(sys.argv[1]), 'x' * 3000)\n"
    )
    path = tmp_path / "file"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert f"EnvironmentFault: cannot write {path}: File too large" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_killed_writer_leaves_only_what_is_cleaned(tmp_path: Path) -> None:
    """A real process, killed while it writes: readers see the old content."""
    path = tmp_path / "file"
    write_text(path, "old")
    script = (
        "import sys, time, pathlib\n"
        "from orchestrator.files import replacing\n"
        "with replacing(pathlib.Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); print('now', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        clean_leftovers(tmp_path)
        assert len(temporary_files(tmp_path)) == 1  # its writer lives
        writer.send_signal(signal.SIGKILL)
    assert path.read_text() == "old"
    assert len(temporary_files(tmp_path)) == 1
    clean_leftovers(tmp_path)
    assert not temporary_files(tmp_path)


def test_leftovers_of_other_machines_go_after_a_day(tmp_path: Path) -> None:
    foreign = tmp_path / f".a.parquet.elsewhere~{dead_pid()}.ab12.tmp"
    foreign.touch()
    clean_leftovers(tmp_path)
    assert foreign.exists()
    yesterday = time.time() - 25 * 3600
    os.utime(foreign, (yesterday, yesterday))
    clean_leftovers(tmp_path)
    assert not foreign.exists()


def test_only_temporary_files_are_cleaned(tmp_path: Path) -> None:
    for name in ("a.parquet", "notes.tmp", ".hidden", f".x.{socket.gethostname()}~1.ab.tmp"):
        (tmp_path / name).touch()
    clean_leftovers(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4  # process 1 lives


def test_processes_that_are_alive() -> None:
    assert alive(os.getpid())
    assert alive(1)
    assert not alive(dead_pid())
