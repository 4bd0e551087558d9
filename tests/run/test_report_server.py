"""What `orch serve` answers to requests that no browser sends."""

import socket
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from orchestrator.paths import ResultsPaths
from orchestrator.run import report_server
from orchestrator.run.report_server import Site, server


def test_hosts_that_are_none_are_refused_and_silence_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_server, "_SILENT_S", 0.2)
    with server(Site(ResultsPaths(tmp_path), tmp_path / "pages"), "127.0.0.1", 0) as bound:
        thread = Thread(target=bound.serve_forever, args=(0.01,))
        thread.start()
        address = ("127.0.0.1", bound.server_port)
        try:
            for host in ("[", "localhost:70000", "evil.example"):
                with closing(socket.create_connection(address, 5)) as line:
                    line.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
                    assert b" 403 " in line.recv(100)
            with closing(socket.create_connection(address, 5)) as half_open:
                half_open.sendall(b"GET / HT")
                assert half_open.recv(100) == b"", "the server has closed the connection"
        finally:
            bound.shutdown()
            thread.join()


def test_a_name_that_is_too_long_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "plan.json").write_text("{}")
    answer = Site(ResultsPaths(tmp_path), tmp_path / "pages").answer(f"/a/{'x' * 5000}")
    assert answer.status == 404
    assert str(tmp_path).encode() not in answer.body
