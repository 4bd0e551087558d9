"""Connecting to a client server that fails now and then, as Ray's does. No Ray here."""

from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution import client_server
from orchestrator.execution.client_server import _connect_patiently, _unreachable

ABORTED = """\
Initialization failure from server:
Traceback (most recent call last):
  File "proxier.py", line 772, in Datapath
RuntimeError: Starting Ray client server failed.
"""


class Server:
    """Fails so often with this error before it takes a client."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.failures, self.error, self.asked = failures, error, 0

    def connect(self, address: str, archive: Path) -> None:
        self.asked += 1
        if self.asked <= self.failures:
            raise _unreachable(address, str(self.error)) from self.error


def ask(server: Server, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(client_server, "_connect", server.connect)
    _connect_patiently("ray://head:10001", Path("study.zip"))


def test_a_process_that_dies_at_its_start_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server(2, ConnectionAbortedError(ABORTED))
    with pytest.warns(UserWarning, match="ray://head:10001 failed to start a process"):
        ask(server, monkeypatch)
    assert server.asked == 3


def test_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(9, ConnectionAbortedError(ABORTED))
    with (
        pytest.warns(UserWarning, match="once more"),
        pytest.raises(EnvironmentFault, match="joined: RuntimeError: Starting Ray client server"),
    ):
        ask(server, monkeypatch)
    assert server.asked == 4


def test_where_nobody_answers_once_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(9, ConnectionError("ray client connection timeout"))
    with pytest.raises(EnvironmentFault, match="joined: ray client connection timeout"):
        ask(server, monkeypatch)
    assert server.asked == 1
