"""`orch status`: the studies on a cluster, or how far one of them is."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestrator.execution.remote.jobs_server import JobsServer, server_address
from orchestrator.execution.remote.submissions import Submission, find
from orchestrator.run.remote.status_line import StatusLine, in_words, last_status_line
from orchestrator.words import duration

_LAST_LINES = 12  # of the log of one that failed


@dataclass(frozen=True, slots=True)
class Shown:
    """A submission, and how far it is; None before its run has begun."""

    submission: Submission
    progress: StatusLine | None
    waits: bool  # for another submission to end

    @property
    def state(self) -> str:
        return "waiting" if self.waits else self.submission.state


def status(given: str | None, *, address: str | None, as_json: bool) -> int:
    """Exit code 0, whatever the state of the study. Raises InputError for an unknown id."""
    server = JobsServer(server_address(address))
    known = server.submissions()
    chosen = known if given is None else [find(known, given, server.address)]
    shown = [_shown(each, known, server) for each in chosen]
    if as_json:
        documents = [_document(each) for each in shown]
        whole = {"address": server.address, "submissions": documents}
        print(json.dumps(whole if given is None else documents[0], indent=2, ensure_ascii=False))
    elif given is None:
        _show_all(shown, server.address)
    else:
        print("\n".join(_lines(shown[0])))
    return 0


def _shown(each: Submission, known: Sequence[Submission], server: JobsServer) -> Shown:
    """One short question to the server, whatever the number of trials."""
    if each.state == "queued":
        return Shown(each, None, waits=bool(each.after))
    progress = progress_of(each, server)
    if each.has_ended and progress:
        progress = replace(progress, running=0, left_s=None)
    ahead = [one for one in known if one.submission_id == each.after and not one.has_ended]
    return Shown(each, progress, waits=bool(ahead) and not each.has_ended)


def progress_of(submission: Submission, server: JobsServer) -> StatusLine | None:
    """The last one in its log; None before there is any."""
    lines = map(last_status_line, server.ends_of_log(submission))
    return next(filter(None, lines), None)


def _document(shown: Shown) -> dict[str, Any]:
    none = dict.fromkeys(("trials", "done", "diverged", "failed", "running", "left_s"))
    counts = asdict(shown.progress) if shown.progress else none
    return asdict(shown.submission) | {"state": shown.state} | counts


def _lines(shown: Shown) -> Iterator[str]:
    one = shown.submission
    words = [f"{one.submission_id}: {shown.state}", _time(one)]
    if shown.waits:
        words.append(f"until {one.after} has ended")
    elif shown.progress:
        words.append(str(shown.progress))
    yield " · ".join(filter(None, words))
    if one.exit_code:
        yield f"`orch run` ended there with exit code {one.exit_code}"
    if one.message:
        yield from (f"    {line}" for line in in_words(one.message).splitlines()[-_LAST_LINES:])
    yield f"results: {one.results}"


def _time(one: Submission) -> str:
    """for 0:41; of one that has ended, how long it took."""
    if not one.started_at:
        return ""
    end = datetime.fromisoformat(one.ended_at) if one.ended_at else datetime.now(UTC)
    seconds = (end - datetime.fromisoformat(one.started_at)).total_seconds()
    return f"{'after' if one.has_ended else 'for'} {duration(max(seconds, 0))}"


def _show_all(shown: Sequence[Shown], address: str) -> None:
    if not shown:
        print(f"{address}: no study has been submitted here")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("submission", "state", "", "how far"):
        table.add_column(title, overflow="fold")
    for each in shown:
        far = f"after {each.submission.after}" if each.waits else str(each.progress or "")
        cells = (each.submission.submission_id, each.state, _time(each.submission), far)
        table.add_row(*map(Text, cells))
    Console(soft_wrap=True).print(table)
