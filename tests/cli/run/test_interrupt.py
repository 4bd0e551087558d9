"""Real signals to real runs: nothing finished is lost, doubled or trained again."""

import os
import pty
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.running import LONG, Process, events, parts, started, tables, train_here, write_study

Send = Callable[[int, int], None]
ONE_WORKER = LONG + "resources: {cpus: 2}\n"
"""One at a time on two CPUs: each worker that starts costs 6 s of CPU."""


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the same study, run through."""
    folder = tmp_path_factory.mktemp("through")
    assert train_here(write_study(folder, ONE_WORKER)) == 0
    return folder / "results"


def wait_for_a_pack(run: Process, results: Path) -> None:
    run.wait_for("pack in the store", lambda: parts(results))


def stopped(run: Process, but: tuple[str, ...] = ()) -> tuple[int, str]:
    """Exit code and stderr, and that nobody of its family lives on, but for those named so."""

    def family() -> list[str]:
        return [process for process in run.offspring() if not process.startswith(but)]

    code = run.process.wait(120)
    end = time.monotonic() + 10
    while family() and time.monotonic() < end:
        time.sleep(0.1)
    assert family() == []
    return code, run.process.stderr.read() if run.process.stderr else ""


def resumed_equals(folder: Path, uninterrupted: Path) -> None:
    """Resume in this process; compare with the store at the interruption and with one go."""
    results = folder / "results"
    before = parts(results)
    assert 1 <= len(before) < 4
    assert not [path for path in results.rglob("*.tmp")]
    assert events(results, "long")[-1]["event"] == "interrupted"
    assert train_here(folder / "study.yaml") == 0
    after = parts(results)
    assert before.items() <= after.items()  # not written again
    assert set(after) == set(parts(uninterrupted))  # the same packs
    expected = tables(uninterrupted, "long")
    assert all(table.equals(expected[name]) for name, table in tables(results, "long").items())


@pytest.mark.slow
def test_inline(tmp_path: Path, uninterrupted: Path) -> None:
    study = write_study(tmp_path, ONE_WORKER)
    with started(["run", study, "--inline", "--results", tmp_path / "results"]) as run:
        wait_for_a_pack(run, tmp_path / "results")
        run.process.send_signal(signal.SIGINT)
        code, error = stopped(run)
    assert code == 130
    assert error.startswith("interrupted: ")
    assert "finished packs are in the store" in error
    assert f"orch run {study} --inline --results {tmp_path / 'results'}" in error
    resumed_equals(tmp_path, uninterrupted)


ONE_PACK = LONG.replace("[tanh, relu]", "[tanh]").replace("depth: [1, 2]", "depth: [2]")
STACKED = ONE_PACK.replace(", baseline: {model.activation: tanh}", "")
SEQUENTIAL = """\
study: long
task: {name: adding, length: 10, examples: 1000, validation_examples: 100, test_examples: 100}
model: {name: recurrent, cell: lstm, hidden: 16, layers: 2, dropout: 0.2}
training: {optimizer: adam, learning_rate: 0.01, epochs: 12}
factors: {training.momentum: [0.0]}
replicates: 2
"""


def checkpoints(results: Path) -> list[int]:
    """When those that are there were written."""
    files = (results / "store" / "checkpoints" / "long").glob("[!.]*")
    return [file.stat().st_mtime_ns for file in files]


def wait_for_checkpoints(run: Process, results: Path, count: int) -> None:
    """So many, one in place of the other."""
    seen: set[int] = set()

    def enough() -> bool:
        seen.update(checkpoints(results))
        return len(seen) >= count

    run.wait_for("checkpoints", enough)


@pytest.mark.slow
@pytest.mark.parametrize("text", [STACKED, SEQUENTIAL], ids=["stacked", "sequential"])
def test_a_pack_that_is_killed_goes_on_from_its_checkpoint(tmp_path: Path, text: str) -> None:
    """SIGKILL in the middle of the first pack: the same bits as in one go."""
    study = write_study(tmp_path, text + "resources: {checkpoint_minutes: 0.0001}\n")
    results = tmp_path / "results"
    with started(["run", study, "--inline", "--results", results]) as run:
        wait_for_checkpoints(run, results, 4)
        run.process.kill()
        assert run.process.wait(60) == -signal.SIGKILL
    assert parts(results) == {}
    assert train_here(study) == 0
    resumed = [e["resumed"] for e in events(results, "long") if e["event"] == "pack_finished"]
    assert resumed[0]
    assert not any(resumed[1:])
    assert not checkpoints(results)
    through = tmp_path / "through"
    through.mkdir()
    assert train_here(write_study(through, text)) == 0
    expected = tables(through / "results", "long")
    assert all(table.equals(expected[name]) for name, table in tables(results, "long").items())


@pytest.mark.ray
@pytest.mark.slow
def test_ray_and_sigterm(tmp_path: Path, uninterrupted: Path) -> None:
    """To the group, as `timeout` sends it."""
    study = write_study(tmp_path, ONE_WORKER)
    with started(["run", study, "--results", tmp_path / "results"], process_group=0) as run:
        wait_for_a_pack(run, tmp_path / "results")
        assert len(run.offspring()) > 2
        assert not run.has_loaded("libtorch")  # the driver stays small
        os.killpg(run.process.pid, signal.SIGTERM)
        code, error = stopped(run)
    assert code == 130
    assert "finished packs are in the store" in error
    resumed_equals(tmp_path, uninterrupted)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files, with a path short enough for Ray's sockets."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


MOMENTS = {
    "before Ray's first process": "orch-*",
    "as the GCS starts": "orch-*/session_*/logs/gcs_server.out",
    "as the driver connects": "orch-*/session_*/logs/python-core-driver-*",
}
"""While Ray starts → which file of its is there."""
SENDS: tuple[Send, ...] = (os.kill, os.killpg, os.kill)  # one moment's signal is for the group


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "send"), list(zip(MOMENTS.values(), SENDS, strict=True)), ids=MOMENTS
)
def test_sigterm_while_ray_starts(tmp_path: Path, place: Path, pattern: str, send: Send) -> None:
    study, results = write_study(tmp_path, ONE_WORKER), tmp_path / "results"
    with started(["run", study, "--results", results], process_group=0) as run:
        run.wait_for(pattern, lambda: list(place.glob(pattern)))
        send(run.process.pid, signal.SIGTERM)
        code, error = stopped(run)
        shown = run.process.stdout.read() if run.process.stdout else ""
    assert code == 130
    assert error == (
        "interrupted: finished packs are in the store\n"
        f"    to go on from there: orch run {study} --results {results}\n"
    )
    assert shown.endswith("\nstarting Ray\n")
    assert list(place.iterdir()) == []
    assert parts(results) == {}
    assert events(results, "long")[-1]["event"] == "interrupted"


@pytest.mark.ray
@pytest.mark.slow
def test_ray_and_ctrl_c_on_a_terminal(tmp_path: Path) -> None:
    """A terminal sends the signal to every process of the group, Ray's among them."""
    study = write_study(tmp_path, ONE_WORKER)
    terminal, inside = pty.openpty()
    arguments = ["run", str(study), "--results", str(tmp_path / "results")]
    streams = {"stdin": inside, "stdout": inside, "stderr": inside}
    with started(arguments, **streams, preexec_fn=own_terminal) as run:
        os.close(inside)
        shown = Shown(terminal)
        run.wait_for("pack in the store", lambda: shown.read() and parts(tmp_path / "results"))
        os.write(terminal, b"\x03")
        code, _ = stopped(run)
    text = shown.rest()
    assert code == 130
    assert "finished packs are in the store" in text
    assert "/8 trials" in text  # the live line
    for chatter in ("ray", "Tune", "Traceback", "WARNING", "INFO"):
        assert chatter not in text.replace("ray_and_ctrl_c", "")


@pytest.mark.ray
@pytest.mark.slow
def test_a_killed_driver_takes_ray_with_it(tmp_path: Path) -> None:
    """SIGKILL cannot be handled: Ray's processes must notice by themselves.

    Two of them do, but then try for a minute to tell the dead GCS (`publish_error_to_driver`).
    """
    study = write_study(tmp_path, ONE_WORKER)
    with started(["run", study, "--results", tmp_path / "results"]) as run:
        wait_for_a_pack(run, tmp_path / "results")
        run.process.kill()
        code, _ = stopped(run, but=("ray::DashboardAgent", "ray::RuntimeEnvAgent"))
        assert code == -signal.SIGKILL
    assert train_here(study) == 0
    assert tables(tmp_path / "results", "long")["trials"].num_rows == 8


class Shown:
    """What a terminal shows, read without waiting."""

    def __init__(self, terminal: int) -> None:
        os.set_blocking(terminal, False)
        self.terminal, self.data = terminal, b""

    def read(self) -> bool:
        """Take what is there; always true."""
        try:
            while more := os.read(self.terminal, 65536):
                self.data += more
        except (BlockingIOError, OSError):  # nothing now, or closed at the other end
            return True
        return True

    def rest(self) -> str:
        self.read()
        os.close(self.terminal)
        return self.data.decode()


def own_terminal() -> None:
    """In the child: make its stdin the terminal that Ctrl-C acts on."""
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
