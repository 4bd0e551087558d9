"""`orch fetch`: the results of a submitted study, finished or not, copied to this machine."""

import socket
from collections.abc import Iterable

from orchestrator.errors import EnvironmentFault, InputError, Problem
from orchestrator.execution.remote.archive import size_text
from orchestrator.execution.remote.jobs_server import JobsServer, server_address
from orchestrator.execution.remote.submissions import Submission, find
from orchestrator.paths import Location, ResultsPaths
from orchestrator.run.find_study import document_of
from orchestrator.run.results_location import results_now, results_paths
from orchestrator.store.copy_study import copy_study
from orchestrator.store.journal import names_submission
from orchestrator.words import plural


def fetch(given: str, *, address: str | None, to: Location | None) -> int:
    """Exit code 0 once everything is here and the report is built."""
    from orchestrator.cli.report import report

    server = JobsServer(server_address(address))
    known = server.submissions()
    found = find(known, given, server.address)
    source, target = results_now(found.results), results_paths(to)
    _require_folder(target, source)
    _require_sight(found, known, source, server.address)
    if source.root.resolve() == target.root.resolve():
        print(f"{found.study}: results are in {target} already")
    else:
        document = document_of(found.study, source)
        copied = copy_study(source, target, document)
        what = f"{plural(copied.files, 'file')}, {size_text(copied.size_bytes)}"
        print(f"{found.study}: {what} copied to {target.root}, {copied.there:,} were there")
    return report(found.study, results=str(target))


def _require_folder(target: ResultsPaths, source: ResultsPaths) -> None:
    if target.uri not in (None, source.uri):
        what = f"{target.uri} is no folder of this machine"
        raise InputError([Problem("--to", what, "the path of a folder")])


def _require_sight(
    submission: Submission, known: Iterable[Submission], source: ResultsPaths, address: str
) -> None:
    """The folder is the one that the cluster writes, not another one of the same name.

    It may have been written by an earlier submission, while this one has not begun.
    """
    place = (submission.study, submission.results)
    ids = [each.submission_id for each in known if (each.study, each.results) == place]
    if any(names_submission(source.study(submission.study), each) for each in ids):
        return
    if source.uri is not None:
        what = f"{source.uri} has nothing of {submission.submission_id} yet"
        raise EnvironmentFault(
            f"{what}\n    try again in a minute; `orch status` says how far it is"
        )
    raise EnvironmentFault(
        f"{submission.results} on {socket.gethostname()} has nothing of "
        f"{submission.submission_id}: either its run has not begun, or that folder is another one "
        f"than on the cluster at {address}\n"
        "    Ray Jobs sends no results: mount the cluster's folder here under the same path, or "
        "copy it with rsync, and submit with a --results that both see, or a URI"
    )
