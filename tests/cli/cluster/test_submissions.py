"""What the verbs for submitted studies make of a server's answers; none is reached here."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator.cli.cluster.fetch import _require_sight
from orchestrator.cli.cluster.status import _shown
from orchestrator.cli.cluster.submit import Runner, _command, _order, _submit
from orchestrator.errors import EnvironmentFault
from orchestrator.execution.remote.archive import Archive
from orchestrator.execution.remote.submissions import Submission
from orchestrator.paths import ResultsPaths
from orchestrator.run.remote.status_line import StatusLine
from orchestrator.store.journal import append_event
from orchestrator.study.load import Overrides
from tests.execution.remote.test_submissions import known

RUNNER = Runner("/opt/env/bin/python")


class Second:
    """A server that another user reaches a moment before us."""

    address = "http://head:8265"

    def __init__(self, first: list[Submission]) -> None:
        self.lists = [[], first]

    def submissions(self) -> list[Submission]:
        return self.lists.pop(0)

    def submit(self, *given: Any) -> None:
        raise EnvironmentFault("cannot submit to it: a-1 already exists")


def order(folder: Path) -> Any:
    study = SimpleNamespace(name="a", path=folder / "a.yaml", revisions={})
    return SimpleNamespace(
        study=study, command=(), trials=8, results="/shared", wait=(), plan="a-1",
        archive=Archive({}),
    )  # fmt: skip


def test_a_plan_that_is_submitted_twice_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server: Any = Second(known("a-1"))
    assert _submit(order(tmp_path), tmp_path, server, RUNNER, None, []).submission_id == "a-1"
    said = capsys.readouterr().out
    assert "a: 8 trials, there by now as a-1" in said
    assert "orch status a-1" in said


def test_the_flags_that_go_along() -> None:
    flag, wait = ["--address", "http://head:8265"], ["--wait", "5"]
    made = _order("vanishing_gradient", Overrides(), "/shared", flag, wait)
    assert made.command[3:] == (*flag, *wait, "--results", "/shared")
    assert _command(made, "/opt/env/bin/python", "").endswith(
        " --address auto --wait 5 --results /shared"
    )
    assert _command(made, "/opt/e v/python", "a-1").count("'/opt/e v/python' -m orchestrator") == 2


def test_another_fault_of_the_server_is_told(tmp_path: Path) -> None:
    server: Any = Second([])
    with pytest.raises(EnvironmentFault, match="already exists"):
        _submit(order(tmp_path), tmp_path, server, RUNNER, None, [])


@pytest.mark.parametrize("asked", [1, 2])
def test_counts_are_found_further_up_in_a_log(asked: int) -> None:
    """Warnings of the last minutes may fill its end."""
    progress = StatusLine(trials=8, done=3, diverged=0, failed=0, running=2)
    logs = ["warning\n" * 100] * (asked - 1) + [f"{progress.line}\nwarning\n"]
    read = []

    def ends_of_log(submission: Submission) -> Iterator[str]:
        for log in logs:
            read.append(log)
            yield log
        raise AssertionError("asked for more than it takes")

    server: Any = SimpleNamespace(ends_of_log=ends_of_log)
    (one,) = known("a-1")
    assert _shown(one, [one], server).progress == progress
    assert len(read) == asked


def test_results_of_an_earlier_attempt_are_fetched(tmp_path: Path) -> None:
    """The next one is submitted, and its run has not begun."""
    paths = ResultsPaths(tmp_path)
    paths.study("a").root.mkdir()
    newest, before = known("a-1-2", "a-1")
    with pytest.raises(EnvironmentFault, match="either its run has not begun"):
        _require_sight(newest, [newest, before], paths, "http://head:8265")
    append_event(paths.study("a"), "study_started", submission="a-1")
    _require_sight(newest, [newest, before], paths, "http://head:8265")
