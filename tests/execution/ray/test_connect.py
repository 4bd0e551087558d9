"""Addresses at which there is no Ray cluster."""

import socket

import pytest

from orchestrator.errors import EnvironmentFault, InputError
from orchestrator.execution.ray import connect
from orchestrator.execution.ray.connect import unreachable
from orchestrator.execution.ray.existing_cluster import existing_cluster


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://head:8265", r"a Jobs server(.|\n)*orch submit STUDY --address http://head:8265"),
        ("local", r"'local' is not the address of a Ray cluster(.|\n)*allowed: auto, HOST:PORT"),
        ("", r"'' is not the address of a Ray cluster"),
    ],
)
def test_what_is_no_address_is_wrong_input(address: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        existing_cluster(address, threads=1).__enter__()


def test_where_nothing_listens() -> None:
    refused = r"cannot join the Ray cluster at 127.0.0.1:9: Conn.* refused"
    with pytest.raises(EnvironmentFault, match=refused):
        existing_cluster("127.0.0.1:9", threads=1).__enter__()


@pytest.mark.ray
def test_a_port_at_which_something_else_listens(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connect, "_ANSWER_S", 0.5)
    monkeypatch.setattr(connect, "_CONNECT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(EnvironmentFault, match=f"at {address}: what listens there is not Ray"):
            existing_cluster(address, threads=1).__enter__()
    assert capfd.readouterr().err == "", "what Ray would print"


def test_the_cure_is_a_command_to_copy() -> None:
    assert "`ray status --address host:1`" in str(unreachable("host:1", "nothing answers"))


@pytest.mark.parametrize(
    "address", ["host:99999", "host:0", ":6379", "host:²", f"host:{'9' * 5000}"]
)
def test_a_port_that_none_can_have(address: str) -> None:
    with pytest.raises(InputError, match="is not the address of a Ray cluster"):
        connect.require_address(address)
