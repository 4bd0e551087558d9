"""`orch serve`: all reports of a results folder in a browser, on this machine."""

import errno
from http.server import ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.errors import EnvironmentFault, InputError, Problem
from orchestrator.paths import Location
from orchestrator.run.report_server import LOCAL, Site, server
from orchestrator.run.results_location import results_now
from orchestrator.run.signals import Stop, interruptible

FIRST_PORT, TRIED = 8000, 100


def serve(*, results: Location | None, host: str, port: int | None) -> int:
    """Until Ctrl-C or SIGTERM; then exit code 0. Raises InputError, EnvironmentFault."""
    paths = results_now(results)
    if not paths.root.is_dir():
        flag = "--results" if results is not None else str(paths)
        raise InputError([Problem(flag, f"{paths} is no folder", cure="run a study first")])
    with (
        TemporaryDirectory(prefix="orch-pages-") as pages,
        interruptible(),
        _bound(Site(paths.absolute, Path(pages)), host, port) as bound,
    ):
        number = bound.server_address[1]
        shown = f"[{host}]" if ":" in host else host
        print(f"results {paths}: http://{shown}:{number}/ (Ctrl-C ends it)", flush=True)
        if host not in LOCAL:
            print("whoever reaches this machine can read the results", flush=True)
        try:
            bound.serve_forever()
        except Stop:
            return 0
    return 0


def _bound(site: Site, host: str, port: int | None) -> ThreadingHTTPServer:
    """On the port that was asked for; else on the first free one."""
    ports = [port] if port is not None else [*range(FIRST_PORT, FIRST_PORT + TRIED), 0]
    for number in ports:
        try:
            return server(site, host, number)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or number == ports[-1]:
                cure = "choose another --port, or none to have one found"
                what = f"cannot listen on {host}:{number}: {error.strerror or error}"
                raise EnvironmentFault(f"{what}\n    {cure}") from error
    raise AssertionError("there is at least one port to try")
