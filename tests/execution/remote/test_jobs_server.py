"""A Ray Jobs server that answers late, breaks the connection, or does not exist."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator.errors import EnvironmentFault, InputError
from orchestrator.execution.remote import jobs_server
from orchestrator.execution.remote.jobs_server import JobsServer, server_address
from tests.execution.remote.test_submissions import job

Streams = Sequence[Sequence[str | Exception]]
FROZEN = TimeoutError("not raised: it represents a connection on which nothing arrives any more")
BROKEN = RuntimeError("WebSocket connection closed unexpectedly")


class Client:
    """Stands for Ray's: one stream after another, and what the job's state is after each."""

    def __init__(self, streams: Streams, states: Sequence[Any]) -> None:
        self.streams, self.states = list(streams), list(states)

    async def tail_job_logs(self, submission_id: str) -> AsyncIterator[str]:
        for chunk in self.streams.pop(0):
            if chunk is FROZEN:
                await asyncio.sleep(3600)
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    def _do_request(self, method: str, path: str) -> Any:
        state = self.states.pop(0)
        if isinstance(state, Exception):
            raise state
        return SimpleNamespace(status_code=200, json=lambda: job("a-1", state))


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each connection that was lost."""
    monkeypatch.setattr(jobs_server, "_require_listener", lambda address: None)
    monkeypatch.setattr(jobs_server, "_RETRY_S", 0)
    return []


def follow(client: Client, lost: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(jobs_server, "_client", lambda address: client)
    server = JobsServer("http://head:8265")
    return "".join(server.follow("a-1", lambda: lost.append("lost")))


def test_a_log_goes_on_where_it_broke_off(lost: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    streams: Streams = [["one\n", "two\n", BROKEN], [BROKEN], ["one\ntwo\nth", "ree\n"]]
    client = Client(streams, ["RUNNING", ConnectionError("refused"), "SUCCEEDED"])
    assert follow(client, lost, monkeypatch) == "one\ntwo\nthree\n"
    assert lost == ["lost", "lost"]


def test_a_connection_that_is_frozen_is_made_again(
    lost: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing comes, and nothing says that it never will; meanwhile the job has ended."""
    monkeypatch.setattr(jobs_server, "_SILENT_S", 0.05)
    streams: Streams = [
        ["one\n", FROZEN],
        ["one\n", "two\n", FROZEN],
        ["one\ntwo\nthree\n", FROZEN],
    ]
    client = Client(streams, ["RUNNING", "RUNNING", "SUCCEEDED"])
    assert follow(client, lost, monkeypatch) == "one\ntwo\nthree\n"
    assert not lost


def test_a_server_that_stays_away(lost: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_server, "UNREACHABLE_S", -1)
    client = Client([[BROKEN]], [ConnectionError("refused")])
    with pytest.raises(EnvironmentFault, match=r"server at http://head:8265: refused\n.*8265"):
        follow(client, lost, monkeypatch)


@pytest.mark.parametrize("given", ["auto", "head:8265", "ray://head:10001", "http://"])
def test_addresses_of_another_kind(given: str) -> None:
    with pytest.raises(InputError, match="is not the address of a Ray Jobs server"):
        server_address(given)


def test_the_flag_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_address(None) == "http://127.0.0.1:8265"
    monkeypatch.setenv("RAY_API_SERVER_ADDRESS", "http://there:1")
    assert server_address(None) == "http://there:1"
    assert server_address("http://here:2/") == "http://here:2"


def test_where_nobody_listens() -> None:
    with pytest.raises(EnvironmentFault, match=r"cannot connect.*127.0.0.1:9: Conn.* refused"):
        JobsServer("http://127.0.0.1:9")


@pytest.mark.parametrize("given", ["http://[", "http://head:99999", "http://ada:geheim@h:x"])
def test_what_cannot_be_an_address(given: str) -> None:
    with pytest.raises(InputError, match="is not the address of a Ray Jobs server") as error:
        server_address(given)
    assert "geheim" not in str(error.value)
