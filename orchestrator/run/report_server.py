"""What `orch serve` answers: the index and the files of studies, and nothing else of the disk."""

import mimetypes
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from errno import ENAMETOOLONG
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote

from orchestrator.addresses import split
from orchestrator.errors import EnvironmentFault, OrchError
from orchestrator.paths import ResultsPaths
from orchestrator.run.find_study import known
from orchestrator.run.report_watcher import Rebuilder

LOCAL = ("localhost", "127.0.0.1", "::1")
_SILENT_S = 30.0  # of a connection, until it is closed
_REPORT, _BESIDE = "report.html", "report_data"
_HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self'",  # besides the policy in the page itself
}
_TYPES = {".yaml": "text/plain", ".jsonl": "text/plain", ".tex": "text/plain"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes = b""


class Site:
    """The pages of a results folder.

    pages: a folder for the reports that it builds, as it writes nothing into the results.
    """

    def __init__(self, paths: ResultsPaths, pages: Path) -> None:
        self.paths = paths
        self.rebuilder = Rebuilder(paths, pages)
        self.building = Lock()  # one report at a time: two would take each other's memory and time

    def answer(self, target: str, since: str | None = None) -> Answer:
        """target: of the request line, as received; since: If-Modified-Since."""
        parts = _parts(target)
        try:
            if parts in ([], ["index.html"]):
                return _page(self._index())
            if parts and len(parts) == 1 and parts[0] in known(self.paths):
                there = {"Location": f"/{parts[0]}/{_REPORT}"}
                return Answer(HTTPStatus.MOVED_PERMANENTLY, there)
            file = self._file(parts) if parts else None
            return (
                _text(HTTPStatus.NOT_FOUND, "no such page") if file is None else _file(file, since)
            )
        except OSError as error:
            if error.errno == ENAMETOOLONG:
                return _text(HTTPStatus.NOT_FOUND, "no such page")
            # Its text would have the absolute path.
            return _text(HTTPStatus.INTERNAL_SERVER_ERROR, error.strerror or "cannot be read")
        except OrchError as error:
            return _text(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def _index(self) -> bytes:
        from orchestrator.reports.index import index_page

        with suppress(EnvironmentFault):  # the page as it was is better than none
            self.rebuilder.look()
        pages = {name: self.rebuilder.page(name) / _REPORT for name in known(self.paths)}
        return index_page(self.paths.root, pages).encode()

    def _file(self, parts: list[str]) -> Path | None:
        """A file below the folder of a study; built again first if it is its report."""
        name = parts[0]
        if name not in known(self.paths) or any(part.startswith(".") for part in parts):
            return None
        if parts[1:] == [_REPORT]:
            self._refresh(name)
        is_page = parts[1:2] in ([_REPORT], [_BESIDE])
        folder = self.rebuilder.page(name) if is_page else self.paths.study(name).root
        place = folder.joinpath(*parts[1:])
        inside = place.resolve().is_relative_to(folder.resolve())
        return place if inside and place.is_file() else None

    def _refresh(self, name: str) -> None:
        from orchestrator.reports.data.errors import ReportError

        with self.building:
            try:
                self.rebuilder.fresh(name)
            except (OrchError, ReportError):  # no rows any more, plan of another version
                if not (self.rebuilder.page(name) / _REPORT).exists():
                    raise


def _parts(target: str) -> list[str] | None:
    """The parts of a path; None for one that could lead astray."""
    path = unquote(target.partition("#")[0].partition("?")[0])
    parts = [part for part in path.split("/") if part]
    bad = ("..", ".")
    return None if any(part in bad or "\\" in part or "\0" in part for part in parts) else parts


def _page(body: bytes) -> Answer:
    return Answer(HTTPStatus.OK, {"Content-Type": "text/html; charset=utf-8"}, body)


def _text(status: HTTPStatus, text: str) -> Answer:
    return Answer(status, {"Content-Type": "text/plain; charset=utf-8"}, f"{text}\n".encode())


def _file(path: Path, since: str | None) -> Answer:
    changed = int(path.stat().st_mtime)
    headers = {"Last-Modified": formatdate(changed, usegmt=True)}
    if since and _seconds(since) == changed:
        return Answer(HTTPStatus.NOT_MODIFIED, headers)
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = _TYPES.get(path.suffix, guessed)
    kind += "; charset=utf-8" * kind.startswith("text/")
    return Answer(HTTPStatus.OK, headers | {"Content-Type": kind}, path.read_bytes())


def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        return -1.0


def server(site: Site, host: str, port: int) -> ThreadingHTTPServer:
    """Bound and not yet serving. Raises OSError when the port is taken."""
    hosts = None if host not in LOCAL else LOCAL

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "orch", ""
        protocol_version = "HTTP/1.1"
        timeout = _SILENT_S  # else every half-open request would hold a thread for ever

        def do_GET(self) -> None:
            self._send(body=True)

        def do_HEAD(self) -> None:
            self._send(body=False)

        def _send(self, *, body: bool) -> None:
            if hosts is not None and _host(self.headers.get("Host", "")) not in hosts:
                # Another site's name that leads here: its scripts must not read our pages.
                answer = _text(HTTPStatus.FORBIDDEN, "served on this machine only")
            else:
                answer = site.answer(self.path, self.headers.get("If-Modified-Since"))
            self.send_response(answer.status)
            for name, value in {**_HEADERS, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if body:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: the terminal belongs to the user."""

    return _Server((host, port), Handler)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader who leaves before the answer is whole is no error of the server."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def _host(header: str) -> str:
    """localhost:8000 → localhost; [::1]:8000 → ::1."""
    parts = split(f"//{header}")
    return (parts.hostname if parts else None) or ""
