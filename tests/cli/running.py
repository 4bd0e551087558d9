"""Real `orch run` processes, and what they leave behind."""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestrator.cli.terminal import Terminal
from orchestrator.execution.local import inline
from orchestrator.execution.worker.pack import train_pack
from orchestrator.paths import TABLES
from orchestrator.run.run_study import run_study
from orchestrator.study.parsing.overrides import Overrides
from tests.cli.orch import ORCH

TINY = """\
study: tiny
question: Does depth matter?
task: {name: digits, train_examples: 200, validation_examples: 50, test_examples: 50}
model: {name: mlp, width: 8}
training: {epochs: 2}
probes: {every_epochs: 1, examples: 20}
factors:
  model.activation: [tanh, relu]
  model.depth: [1, 2]
replicates: 2
compare: {metric: test/accuracy, baseline: {model.activation: tanh}}
"""
LONG = TINY.replace("tiny", "long").replace("epochs: 2", "epochs: 20").replace("200", "1197")
TIMINGS = ["wall_s", "started_at"]
MARK = "ORCH_TEST_RUN"  # an environment variable that every process of a run inherits


def own_tiny(model: str, factors: str, replicates: int = 2) -> str:
    """TINY with a model of the user's own, compared with nothing. factors: lines of YAML."""
    head, _ = TINY.split("  model.activation")
    head = head.replace("model: {name: mlp, width: 8}", f"model: {{name: '{model}:build'}}")
    return f"{head}{factors}replicates: {replicates}\n"


def write_study(folder: Path, text: str = TINY) -> Path:
    path = folder / "study.yaml"
    path.write_text(text)
    return path


def train_here(
    study: Path, *, only: tuple[str, ...] = (), force: bool = False, report: bool = False
) -> int:
    """`orch run --inline` in this process, into the folder `results` beside the study."""
    result = run_study(
        str(study),
        overrides=Overrides(only=only),
        results=study.parent / "results",
        inline=True,
        report=report,
        force=force,
        display=Terminal(),
    )
    return 0 if result.is_complete else 1


class Killed(BaseException):
    """Stands for a signal."""


@contextmanager
def killed_after(packs: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A run in the block is killed when so many packs are done."""
    calls: list[Any] = []

    def unlucky(*arguments: Any) -> Any:
        if len(calls) == packs:
            raise Killed
        calls.append(arguments)
        return train_pack(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(inline, "train_pack", unlucky)
        with pytest.raises(Killed):
            yield


def train_killed(study: Path, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, killed when so many packs are done; they alone are in the store."""
    with killed_after(after, monkeypatch):
        train_here(study)
    assert len(parts(study.parent / "results")) == after


def tables(results: Path, study: str = "tiny") -> dict[str, pa.Table]:
    """The tables of a study without what differs from run to run."""
    found = {name: pq.read_table(results / study / f"{name}.parquet") for name in TABLES}
    return found | {"trials": found["trials"].drop_columns(TIMINGS)}


def events(results: Path, study: str = "tiny") -> list[dict[str, Any]]:
    lines = (results / study / "events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def parts(results: Path) -> dict[str, int]:
    """Committed packs → time of the last change."""
    files = (results / "store" / "trials").glob("*.parquet")
    return {file.stem: file.stat().st_mtime_ns for file in files}


@contextmanager
def started(arguments: Sequence[str | Path], **options: Any) -> Iterator["Process"]:
    """An `orch` in the background, with a mark that its offspring carry; killed at the end."""
    mark = uuid.uuid4().hex
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    command: list[str | Path] = [ORCH, *map(str, arguments)]
    env = {**os.environ, MARK: mark}
    with subprocess.Popen(command, env=env, text=True, **{**pipes, **options}) as process:
        try:
            yield Process(process, mark)
        finally:
            process.kill()


class Process:
    """One run under way."""

    def __init__(self, process: "subprocess.Popen[str]", mark: str) -> None:
        self.process, self.mark = process, mark

    def wait_for(self, what: str, condition: Any, timeout_s: float = 300) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            if self.process.poll() is not None:
                shown, error = self.process.communicate()
                raise AssertionError(f"ended before {what}:\n{shown}\n{error}")
            assert time.monotonic() < end, f"no {what} in {timeout_s} s"
            time.sleep(0.02)

    def offspring(self) -> list[str]:
        """Commands of processes that carry the mark, without the process itself."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            if int(folder.name) != self.process.pid and self.mark in _read(folder / "environ"):
                found.append(_read(folder / "cmdline").replace("\0", " "))
        return found

    def has_loaded(self, library: str) -> bool:
        return library in _read(Path(f"/proc/{self.process.pid}/maps"))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:  # the process is gone
        return ""
