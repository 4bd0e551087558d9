"""`orch cancel`: ends a study on a cluster as Ctrl-C does; finished packs are kept."""

import time

from orchestrator.cli.cluster.status import progress_of
from orchestrator.errors import EnvironmentFault
from orchestrator.execution.remote.jobs_server import JobsServer, server_address
from orchestrator.execution.remote.submissions import Submission, find

_PATIENCE_S = 90.0  # Ray kills after 60 s
_ASK_EVERY_S = 0.5


def cancel(given: str, *, address: str | None) -> int:
    """Exit code 0 once it has ended, also where it had before."""
    server = JobsServer(server_address(address))
    found = find(server.submissions(), given, server.address)
    if found.has_ended:
        print(f"{found.submission_id}: {found.state} already")
        return 0
    server.stop(found.submission_id)
    ended = _ended(found, server)
    print(f"{ended.submission_id}: {ended.state}")
    if progress := progress_of(ended, server):
        print(f"{progress.done:,} of {progress.trials:,} trials are in the store: {ended.results}")
    print("the same `orch submit` goes on from there")
    return 0


def _ended(submission: Submission, server: JobsServer) -> Submission:
    name, until = submission.submission_id, time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        now = find(server.submissions(), name, server.address)
        if now.has_ended:
            return now
        time.sleep(_ASK_EVERY_S)
    raise EnvironmentFault(
        f"{server.address}: {name} was asked to stop and still runs after {_PATIENCE_S:g} s\n"
        "    look at its log, or at the head's dashboard"
    )
