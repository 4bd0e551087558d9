"""Ray dies under a run: the head of a cluster, and processes of one that orch has started."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from orchestrator.execution.ray import heartbeat
from orchestrator.execution.ray.heartbeat import Heartbeat
from tests.cli.orch import ORCH
from tests.cli.running import LONG, events, started, write_study

TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0123456789abcdef" * 4}
SLOW = LONG.replace("epochs: 20", "epochs: 4000")


@pytest.fixture
def head() -> Iterator[tuple[str, Path]]:
    """Its address, and the folder of its files."""
    with TemporaryDirectory(prefix="head-", dir="/tmp") as folder:  # short, for sockets
        ray = Path(sys.executable).with_name("ray")
        options = (
            "--head --port 0 --num-cpus 1 --include-dashboard false --include-log-monitor false"
        )
        quiet = {"RAY_USAGE_STATS_ENABLED": "0", **TOKEN}
        try:
            subprocess.run(
                [ray, "start", *options.split(), "--object-store-memory", "80000000",
                 "--node-ip-address", "127.0.0.1", "--temp-dir", folder],
                env={**os.environ, **quiet}, check=True, capture_output=True,
            )  # fmt: skip
            yield (Path(folder) / "ray_current_cluster").read_text().strip(), Path(folder)
        finally:
            kill(Path(folder), "")


def kill(folder: Path, program: str) -> int:
    """Processes of the Ray whose files are there; returns how many."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:  # it is gone
            continue
        if f"{folder}/" in command and program in command and process.name != str(os.getpid()):
            os.kill(int(process.name), signal.SIGKILL)
            found += 1
    return found


@pytest.mark.ray
@pytest.mark.slow
def test_a_run_outlives_its_head_by_what_it_has_to_say(
    head: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, files = head
    study, results = write_study(tmp_path, SLOW), tmp_path / "results"
    command: list[str | Path] = [
        "run",
        study,
        "--address",
        address,
        "--results",
        results,
        "--no-report",
    ]

    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    closed = subprocess.run([ORCH, *command], capture_output=True, text=True, check=False)
    assert closed.returncode == 3
    assert (
        closed.stderr.splitlines()[0]
        == f"the Ray cluster at {address} requires an authentication token"
    )
    assert "RAY_AUTH_MODE=token and RAY_AUTH_TOKEN" in closed.stderr

    for name, value in TOKEN.items():
        monkeypatch.setenv(name, value)
    with started(command) as run:
        journal = results / "long" / "events.jsonl"
        run.wait_for("pack", lambda: journal.exists() and "pack_started" in journal.read_text())
        assert kill(files, "gcs_server") == 1
        killed_at = time.monotonic()
        _, message = run.process.communicate(timeout=100)
    assert run.process.returncode == 3, message
    assert time.monotonic() - killed_at < 45, "Ray itself waits for 60 s"
    assert message.startswith(f"the head of the Ray cluster at {address} no longer answers: Conn")
    assert "then run the same command to continue" in message
    assert events(results, "long")[-1]["event"] == "interrupted"
    assert not list(results.glob(".[st]*")), "marks and Tune's files are gone"


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("process", ["gcs_server", "raylet"])
def test_what_a_run_says_when_a_process_of_ray_is_gone(
    process: str, own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "PERIOD_S", 0.01)
    monkeypatch.setattr(heartbeat, "_GRACE_S", 0)
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    raylet, path = socket.socket(socket.AF_UNIX), str(tmp_path / "raylet")
    raylet.bind(path)
    raylet.listen()
    head = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{head.getsockname()[1]}"
    said: list[str] = []

    def on_exit(fault: str) -> int:
        said.append(fault)
        return 3

    (head if process == "gcs_server" else raylet).close()
    Heartbeat(address, path, on_exit, own=own).watch()
    head.close()
    raylet.close()
    assert ended == [3]
    first, *cure = said[0].splitlines()
    ours = own or process == "raylet"
    who = f"Ray's process {process} on this machine" if ours else f"Ray cluster at {address}"
    assert f"{who} no longer answers: Connection refused" in first
    assert cure[-1].endswith("run the same command to continue")
    assert ("start " in cure[-1]) != own


def test_a_run_that_ends_before_ray_does_is_left_alone(tmp_path: Path) -> None:
    beat = Heartbeat("127.0.0.1:9", str(tmp_path / "none"), lambda fault: 3)
    beat.run_is_over.set()
    beat.watch()
    beat.check()
    assert beat.fault is None
