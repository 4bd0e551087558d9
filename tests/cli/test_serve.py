"""`orch serve` and `orch report --watch`: real processes, asked over real sockets."""

import http.client
import json
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

import pytest

from orchestrator.paths import ResultsPaths
from orchestrator.run.report_server import Site, server
from orchestrator.store.local.is_running import is_running
from tests.cli.orch import orch
from tests.cli.running import LONG, started, train_here, write_study

PORT = re.compile(r"http://127\.0\.0\.1:(\d+)/")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a study, and a secret beside them."""
    folder = tmp_path_factory.mktemp("done")
    assert train_here(write_study(folder), only=("model.depth=1",)) == 0
    (folder / "secret.txt").write_text("secret")
    (folder / "results" / "tiny" / "way_out").symlink_to(folder)
    return folder


@pytest.fixture(scope="module")
def site(done: Path, pages: Path) -> Site:
    return Site(ResultsPaths(done / "results"), pages)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site writes reports that it builds."""
    return tmp_path_factory.mktemp("pages")


class TestSite:
    @pytest.mark.slow
    def test_the_index_and_the_report_are_built_when_asked_for(
        self, site: Site, done: Path, pages: Path
    ) -> None:
        (done / "results" / "tiny" / "report.html").unlink(missing_ok=True)
        report = pages / "tiny" / "report.html"
        assert b"Does depth matter?" in site.answer("/").body
        answer = site.answer("/tiny/report.html")
        assert answer.status == HTTPStatus.OK
        assert answer.body == report.read_bytes()
        assert b'http-equiv="refresh"' not in answer.body

    @pytest.mark.slow
    def test_a_report_is_built_again_only_after_something_happened(
        self, site: Site, done: Path, pages: Path
    ) -> None:
        report = pages / "tiny" / "report.html"
        site.answer("/tiny/report.html")
        before = report.stat().st_mtime_ns
        date = site.answer("/tiny/report.html").headers["Last-Modified"]
        assert report.stat().st_mtime_ns == before
        assert site.answer("/tiny/report.html", date).status == HTTPStatus.NOT_MODIFIED
        with (done / "results" / "tiny" / "events.jsonl").open("a") as file:
            file.write("\n")
        site.answer("/tiny/report.html")
        assert report.stat().st_mtime_ns > before
        assert b"Does depth matter?" in site.answer("/").body

    def test_tables_can_be_loaded(self, site: Site, done: Path) -> None:
        answer = site.answer("/tiny/trials.parquet")
        assert answer.body == (done / "results/tiny/trials.parquet").read_bytes()

    @pytest.mark.parametrize(
        "target",
        [
            "/../secret.txt", "/tiny/../../secret.txt", "/%2e%2e/secret.txt", "//secret.txt",
            "/tiny/%2e%2e%2f%2e%2e%2fsecret.txt", "/tiny/way_out/secret.txt",
            "/tiny/..\\secret.txt",
            "/tiny/.lock", "/store", "/store/trials", "/tiny/export", "/<script>", "/tiny/%00",
            "/etc/passwd", "/tiny/way_out", "/nothing/report.html", "/..",
        ],
    )  # fmt: skip
    def test_nothing_else_is_served(self, site: Site, target: str) -> None:
        answer = site.answer(target)
        assert answer.status == HTTPStatus.NOT_FOUND
        assert b"secret" not in answer.body

    def test_a_folder_is_never_listed(self, site: Site) -> None:
        assert site.answer("/tiny").headers == {"Location": "/tiny/report.html"}
        assert site.answer("/tiny/").headers == {"Location": "/tiny/report.html"}


@pytest.fixture(scope="module")
def port(done: Path) -> Iterator[int]:
    with started(["serve", "--results", done / "results"]) as process:
        assert process.process.stdout
        line = process.process.stdout.readline()
        found = PORT.search(line)
        assert found, line
        yield int(found[1])
        process.process.send_signal(signal.SIGINT)
        assert process.process.wait(20) == 0


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.slow
class TestServer:
    def test_pages_over_a_socket(self, port: int) -> None:
        assert b"Does depth matter?" in ask(port, "/")[1]
        assert ask(port, "/tiny/report.html")[0] == 200
        assert ask(port, "/tiny/report.html", "HEAD")[1] == b""
        assert ask(port, "/tiny/../../secret.txt")[0] == 404
        assert ask(port, "/", "POST")[0] == 501

    def test_another_name_for_this_machine_is_refused(self, port: int) -> None:
        """A page of evil.example whose name has been led to 127.0.0.1 could read the results."""
        assert ask(port, "/", Host=f"evil.example:{port}")[0] == 403
        assert ask(port, "/", Host=f"localhost:{port}")[0] == 200

    def test_a_reader_who_leaves_is_no_fault(
        self, done: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Of an answer that is larger than what a socket holds."""
        large = done / "results" / "tiny" / "large.bin"
        large.write_bytes(bytes(50_000_000))
        bound = server(Site(ResultsPaths(done / "results"), tmp_path), "127.0.0.1", 0)
        thread = threading.Thread(target=bound.serve_forever)
        thread.start()
        with socket.create_connection(("127.0.0.1", bound.server_port)) as reader:
            reader.sendall(b"GET /tiny/large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert reader.recv(99).startswith(b"HTTP/1.1 200")
        bound.shutdown()
        bound.server_close()
        large.unlink()
        assert capfd.readouterr().err == ""

    def test_a_second_one_finds_another_port(self, port: int, done: Path) -> None:
        with started(["serve", "--results", done / "results"]) as second:
            assert second.process.stdout
            found = PORT.search(second.process.stdout.readline())
            assert found
            assert int(found[1]) != port

    def test_a_port_that_is_taken_is_not_replaced(self, port: int, done: Path) -> None:
        ended = orch("serve", "--port", str(port), "--results", done / "results")
        assert ended.returncode == 3
        assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr


@pytest.mark.slow
def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    ended = orch("serve", cwd=tmp_path)
    assert ended.returncode == 2
    assert "results is no folder" in ended.stderr


@pytest.mark.slow
def test_a_study_under_way_has_a_page_that_follows_it(tmp_path: Path) -> None:
    study = write_study(tmp_path, LONG.replace("epochs: 20", "epochs: 100"))
    paths = ResultsPaths(tmp_path / "results")
    folder = paths.study("long")
    with started(["run", study, "--inline", "--results", paths.root]) as run:
        run.wait_for("a finished pack", lambda: finished_packs(folder.events) >= 1)
        site = Site(paths, tmp_path / "pages")
        page = site.answer("/long/report.html").body
        assert not folder.report.exists()
        assert b"So far, with 2 of 8 trials" in site.answer("/").body
        assert b'http-equiv="refresh"' in page
        assert b"So far, with 2 of 8 trials" in page
        with started(["report", study, "--watch", "--results", paths.root]) as watch:
            run.wait_for("another", lambda: finished_packs(folder.events) >= 2)
            watch.wait_for("its page", lambda: trials_shown(folder.report) >= 4)
    assert not is_running(folder)  # killed, and without a word of its end
    assert b'http-equiv="refresh"' not in site.answer("/long/report.html").body


def finished_packs(events: Path) -> int:
    lines = events.read_text().splitlines() if events.exists() else []
    return sum(json.loads(line)["event"] == "pack_finished" for line in lines)


def trials_shown(report: Path) -> int:
    found = re.search(r'name="orch-trials" content="(\d+) of', report.read_text()[:40_000])
    return int(found[1]) if found else 0
