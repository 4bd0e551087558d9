"""A cluster whose head dies, and one that requires a token: `ray start`, and `orch run` on it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.orch import ORCH
from tests.cli.running import LONG, events, started, write_study

pytestmark = [pytest.mark.ray, pytest.mark.slow]

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
