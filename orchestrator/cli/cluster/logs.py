"""`orch logs`: what a study prints on its cluster."""

import sys
from collections.abc import Iterable, Iterator

from orchestrator.errors import Interrupted
from orchestrator.execution.remote.jobs_server import JobsServer, server_address
from orchestrator.execution.remote.submissions import Submission, find
from orchestrator.run.remote.status_line import in_words


def logs(given: str, *, address: str | None, follow: bool) -> int:
    """Exit code 0; with `follow` that of the run, once it has ended."""
    server = JobsServer(server_address(address))
    name = find(server.submissions(), given, server.address).submission_id
    if not follow:
        sys.stdout.write(in_words(server.log(name)))
        return 0
    for line in _lines(server.follow(name, _tell_lost)):
        sys.stdout.write(in_words(line))
        sys.stdout.flush()
    return _exit_code(find(server.submissions(), name, server.address))


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    """Whole lines; the last one may have no end."""
    rest = ""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split("\n")
        yield from (f"{line}\n" for line in lines)
    if rest:
        yield rest


def _exit_code(ended: Submission) -> int:
    if ended.state == "cancelled":
        return Interrupted.exit_code
    return ended.exit_code or int(ended.state == "failed")


def _tell_lost() -> None:
    print("the connection is lost; the study goes on there. Trying again …", file=sys.stderr)
