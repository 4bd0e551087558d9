"""A small job that looks at a cluster's Python; the server is a stand-in."""

from collections.abc import Mapping
from typing import Any

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.remote import jobs_server
from orchestrator.execution.remote import probe as module
from orchestrator.execution.remote.jobs_server import JobsServer
from orchestrator.execution.remote.probe import interpreter, probe

NO_AGENT = "Request failed with status code 500: No available agent to submit job, please try …"
FOUND = 'orch environment: {"executable": "/e/python", "version": "3.11.7", "libraries": {}}'


class Client:
    """Ray's: refuses so many jobs for want of an agent; then each ends with this log."""

    def __init__(self, refusals: int, log: str = FOUND, message: str = "") -> None:
        self.refusals, self.log, self.message = refusals, log, message
        self.jobs: list[Mapping[str, Any]] = []

    def submit_job(self, **job: Any) -> None:
        if self.refusals:
            self.refusals -= 1
            raise RuntimeError(NO_AGENT)
        self.jobs.append(job)

    def get_job_logs(self, name: str) -> str:
        return f"Running entrypoint for job: {self.jobs[0]['entrypoint']}\n{self.log}\n"

    def delete_job(self, name: str) -> None:
        assert name == self.jobs[0]["submission_id"]
        self.jobs.append({"deleted": name})


class Answer:
    status_code = 200

    def __init__(self, content: Any) -> None:
        self.content = content

    def json(self) -> Any:
        return self.content


@pytest.fixture
def nodes() -> list[Any]:
    """What the dashboard knows of the head, one answer after the other."""
    return []


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch, nodes: list[Any]) -> None:
    def get(client: Client, path: str) -> Answer:
        if path.startswith("/api/v0/nodes"):
            head = {"node_id": "n1", "is_head_node": True, "state": "ALIVE"}
            return Answer({"data": {"result": {"result": [head]}}})
        if path == "/nodes/n1":
            return Answer({"data": {"detail": nodes.pop(0)}})
        return Answer({"status": "FAILED" if client.message else "SUCCEEDED",
                       "message": client.message})  # fmt: skip

    monkeypatch.setattr(jobs_server, "_require_listener", lambda address: None)
    monkeypatch.setattr(jobs_server, "http_get", get)
    monkeypatch.setattr(jobs_server, "_RETRY_S", 0)
    monkeypatch.setattr(module, "_RETRY_S", 0)


def server(client: Client, monkeypatch: pytest.MonkeyPatch) -> JobsServer:
    monkeypatch.setattr(jobs_server, "_client", lambda address: client)
    return JobsServer("http://head:8265")


def test_a_job_is_started_as_soon_as_there_is_an_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(refusals=3)
    found = probe(server(client, monkeypatch), "/e/python", ["torch"], ["torch==2.13.0"])
    assert found.executable == "/e/python"
    started, deleted = client.jobs
    assert started["runtime_env"] == {"pip": {"packages": ["torch==2.13.0"]}}
    assert "orch" not in started["metadata"], "it is none of the submissions"
    assert deleted


def test_no_agent_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_server, "AGENT_S", -1)
    with pytest.raises(EnvironmentFault, match=r"no agent that starts jobs(.|\n)*dashboard_agent"):
        probe(server(Client(refusals=1), monkeypatch), "python", [])


def test_the_head_reports_its_python_a_moment_later(
    monkeypatch: pytest.MonkeyPatch, nodes: list[Any]
) -> None:
    nodes += [{}, {"cmdline": ["raylet", "--python_worker_command=/e/python w.py"]}]
    assert interpreter(server(Client(0), monkeypatch)) == "/e/python"


def test_a_head_that_never_reports_it(monkeypatch: pytest.MonkeyPatch, nodes: list[Any]) -> None:
    monkeypatch.setattr(module, "AGENT_S", -1)
    nodes += [{}]
    assert interpreter(server(Client(0), monkeypatch)) == "python"


@pytest.mark.parametrize(
    ("packages", "message", "said"),
    [
        (["a==1"], "setup failed: …\n    ERROR: No matching distribution found for a==1\n",
         "Ray could not install a==1 on .*: ERROR: No matching distribution found for a==1\n"),
        ([], "", "could not run python: it said nothing"),
        ([], "last logs:\n/bin/sh: python: not found", "run python: /bin/sh: python: not found"),
    ],
)  # fmt: skip
def test_why_a_probe_fails(
    packages: list[str], message: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(0, "", message)
    with pytest.raises(EnvironmentFault, match=said):
        probe(server(client, monkeypatch), "python", ["torch"], packages)
    assert len(client.jobs) == 2, "it is removed"
