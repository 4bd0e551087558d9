"""Studies submitted to a cluster: what its Ray Jobs server knows of each. Imports no Ray."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Literal

from orchestrator.errors import InputError, Problem
from orchestrator.path_names import is_safe_name

State = Literal["queued", "running", "finished", "failed", "cancelled"]
_STATES: Mapping[str, State] = {
    "PENDING": "queued",
    "RUNNING": "running",
    "SUCCEEDED": "finished",
    "FAILED": "failed",
    "STOPPED": "cancelled",
}
_ENDED = ("finished", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Submission:
    """One study on a cluster: one Ray job."""

    submission_id: str
    study: str
    results: str  # folder or URI, as the cluster sees it
    state: State
    after: str = ""  # id of the submission it waits for
    started_at: str = ""  # ISO 8601, UTC
    ended_at: str = ""
    exit_code: int | None = None  # of `orch run` there
    node_id: str = ""  # of the node with its log
    message: str = ""  # the end of the log of one that failed

    @property
    def has_ended(self) -> bool:
        return self.state in _ENDED

    @classmethod
    def of(cls, job: Mapping[str, Any]) -> "Submission":
        """job: as the server describes it."""
        metadata = job.get("metadata") or {}
        return cls(
            submission_id=job["submission_id"],
            study=metadata["study"],
            results=metadata["results"],
            state=_STATES[job["status"]],
            after=metadata.get("after", ""),
            started_at=_date(job.get("start_time")),
            ended_at=_date(job.get("end_time")),
            exit_code=job.get("driver_exit_code"),
            node_id=job.get("driver_node_id") or "",
            message=(job.get("message") or "") if job["status"] == "FAILED" else "",
        )


def from_orch(jobs: Sequence[Mapping[str, Any]]) -> list[Submission]:
    """Jobs of a server that orch submitted, newest first.

    Whoever reaches the server writes its metadata: a study whose name is a path is left out.
    """
    of_orch = [job for job in jobs if job.get("submission_id") and _is_ours(job)]
    newest = sorted(of_orch, key=lambda job: job.get("start_time") or 0, reverse=True)
    return [Submission.of(job) for job in newest]


def _is_ours(job: Mapping[str, Any]) -> bool:
    metadata = job.get("metadata") or {}
    return {"orch", "study", "results"} <= metadata.keys() and is_safe_name(metadata["study"])


def next_id(known: Sequence[Submission], plan: str) -> tuple[str, Submission | None]:
    """The next free id of a plan, and the newest submission of it.

    plan: `<study>-<digest>`; Ray requires another id for each attempt: -2, -3 …
    """
    attempts = {_attempt(each.submission_id, plan): each for each in known}
    attempts.pop(0, None)
    last = max(attempts, default=0)
    return plan if not last else f"{plan}-{last + 1}", attempts.get(last)


def _attempt(submission_id: str, plan: str) -> int:
    """1, 2, 3 …; 0 for a submission of another plan."""
    if submission_id == plan:
        return 1
    number = submission_id.removeprefix(f"{plan}-")
    return int(number) if number != submission_id and number.isdigit() else 0


def find(known: Sequence[Submission], given: str, address: str) -> Submission:
    """By id, study name or the beginning of an id; the newest where a study has several.

    Raises InputError.
    """
    for matches in (
        [each for each in known if each.submission_id == given],
        [each for each in known if each.study == given],
    ):
        if matches:
            return matches[0]
    matches = [each for each in known if given and each.submission_id.startswith(given)]
    if len({each.study for each in matches}) == 1:
        return matches[0]
    raise InputError([_unknown(known, matches, given, address)])


def _unknown(
    known: Sequence[Submission], matches: Sequence[Submission], given: str, address: str
) -> Problem:
    if matches:
        listed = ", ".join(each.submission_id for each in matches)
        what = f"{len(matches)} submissions begin with this"
        return Problem(given, what, listed, "give more of the id")
    near = get_close_matches(given, [each.submission_id for each in known], 1)
    cure = f"did you mean {near[0]}?" if near else f"`orch status --address {address}` lists them"
    what = f"{address} has no such submission"
    return Problem(given, what, "an id that `orch submit` printed, or a study's name", cure)


def _date(milliseconds: int | None) -> str:
    if not milliseconds:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
