"""A study that waits in a cluster's queue until the one before it has ended."""

import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.remote import job_queue

WAITING = """
import sys, types

class Client:
    def get_job_status(self, name):
        return types.SimpleNamespace(is_terminal=lambda: False)

ray = types.ModuleType("ray")
ray.job_submission = types.ModuleType("ray.job_submission")
ray.job_submission.JobSubmissionClient = Client
sys.modules |= {"ray": ray, "ray.job_submission": ray.job_submission}
from orchestrator.execution.remote.job_queue import main
sys.exit(main("first"))
"""


class Client:
    """Says of a job, one after another, whether it has ended; or fails."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def get_job_status(self, submission_id: str) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(is_terminal=lambda: answer)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_queue, "_POLL_S", 0)


def test_a_server_that_fails_for_a_while_is_asked_again() -> None:
    client = Client(False, ConnectionError("refused"), RuntimeError("status 500"), False, True)
    job_queue.wait_for("first", client)
    assert not client.answers


def test_a_server_that_stays_away_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_queue, "_SILENT_S", -1)
    with pytest.raises(EnvironmentFault, match=r"whether first has ended: refused\n.*again"):
        job_queue.wait_for("first", Client(ConnectionError("refused")))


@pytest.mark.parametrize("ignored", [False, True])
def test_one_that_is_cancelled_while_it_waits_ends_quietly(ignored: bool, tmp_path: Path) -> None:
    """Ray sends SIGINT; a shell that starts jobs in the background has it ignored."""
    ignore = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" if ignored else ""
    child = subprocess.Popen(
        [sys.executable, "-c", ignore + WAITING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "waiting for first to end\n"
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=30)
    assert (child.returncode, said) == (130, "")
