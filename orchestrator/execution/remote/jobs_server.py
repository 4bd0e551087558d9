"""The Ray Jobs server of a cluster: the requests that orch makes."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orchestrator.addresses import split
from orchestrator.errors import EnvironmentFault, InputError, Problem
from orchestrator.execution.environment import environment
from orchestrator.execution.nodes import Cluster
from orchestrator.execution.ray.internals import http_get, jobs_client
from orchestrator.execution.ray.version import require_supported_ray
from orchestrator.execution.remote.submissions import Submission, from_orch
from orchestrator.shown_text import masked

DEFAULT = "http://127.0.0.1:8265"
VARIABLE = "RAY_API_SERVER_ADDRESS"
_CONNECT_S = 5.0
_ANSWER_S = 60.0  # also to an upload of 100 MB
_TAIL_LINES = (100, 10_000)  # of a log: more where the last progress line is not in the first
_RETRY_S = 2.0
AGENT_S = 60.0  # for the head's agent, which starts jobs and reports processes, to be there
_NO_AGENT = "No available agent"  # in Ray's message
_SILENT_S = 60.0  # without a line: then the connection is made again
UNREACHABLE_S = 300.0  # until a server that does not answer is given up, while its log is followed


def server_address(given: str | None) -> str:
    """--address, else the environment's, else this machine's. Raises InputError."""
    address = given or os.environ.get(VARIABLE) or DEFAULT
    parts = split(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        where = "--address" if given else VARIABLE
        what = f"{masked(address)!r} is not the address of a Ray Jobs server"
        cure = "to train on the Ray cluster of this machine: orch run STUDY --address auto"
        raise InputError([Problem(where, what, "http://HEAD:8265, as `ray start` prints it", cure)])
    return address.rstrip("/")


class JobsServer:
    """Every method raises EnvironmentFault with the address and what was tried."""

    def __init__(self, address: str) -> None:
        self.address = address
        require_supported_ray()
        _require_listener(address)
        self._client = self._ask("connect", lambda: _client(address))

    def cluster(self) -> Cluster:
        """Its nodes with their resources."""
        rows = self._ask("list its nodes", self._nodes)
        return Cluster.of(self.address, map(_as_ray_lists_it, rows))

    def _nodes(self) -> list[dict[str, Any]]:
        answer = self._get("/api/v0/nodes?detail=1").json()
        rows: list[dict[str, Any]] = answer["data"]["result"]["result"]
        return rows

    def submissions(self) -> list[Submission]:
        """All that orch submitted, newest first."""
        return from_orch(self._ask("list its jobs", lambda: self._get("/api/jobs/").json()))

    def head(self) -> dict[str, Any]:
        """What the dashboard knows of the head and its processes; empty before it reports."""
        return dict(self._ask("ask for its head", self._head))

    def _head(self) -> dict[str, Any]:
        heads = [row for row in self._nodes() if row["is_head_node"] and row["state"] == "ALIVE"]
        answer = self._get(f"/nodes/{heads[0]['node_id']}").json() if heads else {}
        return (answer.get("data") or {}).get("detail") or {}

    def submit(
        self, submission_id: str, command: str, archive: Path, metadata: Mapping[str, str],
        variables: Mapping[str, str], packages: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """metadata: what the server stores with it; variables: of the job's environment.

        packages: as pip names them; Ray installs them on each node before the job's processes.
        """
        environment: dict[str, Any] = {"working_dir": str(archive), "env_vars": dict(variables)}
        self.start(submission_id, command, environment | pip(packages), {"orch": "1", **metadata})

    def start(
        self, submission_id: str, command: str, runtime_env: Mapping[str, Any],
        metadata: Mapping[str, str],
    ) -> None:  # fmt: skip
        """A job; without `orch` in its metadata it is none of the submissions."""
        job: dict[str, Any] = {"submission_id": submission_id, "entrypoint": command}
        job |= {"runtime_env": dict(runtime_env), "metadata": dict(metadata)}
        self._ask("submit to it", lambda: self._start(job))

    def _start(self, job: Mapping[str, Any]) -> None:
        """Try again for a minute where the head's agent, which starts jobs, is not there yet."""
        until = time.monotonic() + AGENT_S
        while True:
            try:
                self._client.submit_job(**job)
                return
            except RuntimeError as error:
                if _NO_AGENT not in str(error):
                    raise
                if time.monotonic() > until:
                    raise _no_agent(self.address) from error
            time.sleep(_RETRY_S)

    def job(self, submission_id: str) -> dict[str, Any]:
        """As the server describes it."""
        found = self._ask("ask for a job", lambda: self._get(f"/api/jobs/{submission_id}").json())
        return dict(found)

    def remove(self, submission_id: str) -> None:
        """A job that has ended, from the server's list."""
        self._ask("remove a job", lambda: self._client.delete_job(submission_id))

    def stop(self, submission_id: str) -> None:
        self._ask("stop a job", lambda: self._client.stop_job(submission_id))

    def log(self, submission_id: str) -> str:
        """The whole log so far."""
        return str(self._ask("read a log", lambda: self._client.get_job_logs(submission_id)))

    def ends_of_log(self, submission: Submission) -> Iterator[str]:
        """The last lines, then more of them; nothing while there is no log."""
        file = f"job-driver-{submission.submission_id}.log"
        path = f"/api/v0/logs/file?node_id={submission.node_id}&filename={file}"
        with suppress(EnvironmentFault):  # no log yet, or its node is gone
            for lines in _TAIL_LINES:
                yield str(self._ask("read a log", partial(self._text, f"{path}&lines={lines}")))

    def _text(self, path: str) -> str:
        return str(self._get(path).text)

    def follow(self, submission_id: str, lost: Callable[[], None]) -> Iterator[str]:
        """The log as it grows, until the job has ended. Reconnects, and repeats nothing.

        lost: called when the connection breaks.
        """
        seen, silent_since = 0, None
        while True:
            skipped, is_silent = 0, False
            with suppress(EnvironmentFault):
                for text in self._stream(submission_id):
                    silent_since, is_silent = None, not text
                    fresh = text[max(seen - skipped, 0) :]
                    skipped += len(text)
                    if fresh:
                        seen += len(fresh)
                        yield fresh
            try:
                if self._has_ended(submission_id):
                    return
            except EnvironmentFault:
                silent_since = silent_since or time.monotonic()
                if time.monotonic() - silent_since > UNREACHABLE_S:
                    raise
            if not is_silent:
                lost()
                time.sleep(_RETRY_S)

    def _has_ended(self, submission_id: str) -> bool:
        return Submission.of(self.job(submission_id)).has_ended

    def _stream(self, submission_id: str) -> Iterator[str]:
        """Text from one connection, until the server or the network ends it.

        Also until nothing has come for a while, as one that is frozen never ends: then the last
        text is empty.
        """
        loop = asyncio.new_event_loop()
        lines: AsyncIterator[str] = self._client.tail_job_logs(submission_id)
        try:
            while True:
                chunk = self._ask("follow a log", lambda: loop.run_until_complete(_next(lines)))
                if chunk is None:
                    return
                yield chunk
                if not chunk:
                    return
        finally:
            loop.run_until_complete(lines.aclose())  # type: ignore[attr-defined]
            loop.close()

    def _get(self, path: str) -> Any:
        answer = http_get(self._client, path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path.partition('?')[0]}: status {answer.status_code}")
        return answer

    def _ask(self, doing: str, asking: Callable[[], Any]) -> Any:
        with _faults(self.address, doing):
            return asking()


async def _next(lines: AsyncIterator[str]) -> str | None:
    """Empty when nothing has come for a while; None at the end."""
    waiting = asyncio.ensure_future(_anext(lines))
    done, _ = await asyncio.wait([waiting], timeout=_SILENT_S)
    if done:
        return waiting.result()
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    return ""


async def _anext(lines: AsyncIterator[str]) -> str | None:
    return await anext(lines, None)


@contextmanager
def _faults(address: str, doing: str) -> Iterator[None]:
    """Turn what the client raises into an EnvironmentFault."""
    from aiohttp import ClientError
    from ray.exceptions import RayError

    try:
        yield  # errors of `requests` are OSErrors
    except (RuntimeError, ValueError, KeyError, OSError, ClientError, RayError) as error:
        raise _fault(address, doing, str(error)) from error


def _fault(address: str, doing: str, reason: str) -> EnvironmentFault:
    first = (reason.strip().splitlines() or ["no answer"])[-1]
    return EnvironmentFault(
        f"cannot {doing}: the Ray Jobs server at {address}: {first}\n"
        "    is the head's dashboard running, and is this the port that `ray start` printed for it "
        "(8265)? From elsewhere, `ssh -L 8265:127.0.0.1:8265 HEAD` makes it http://127.0.0.1:8265"
    )


def _no_agent(address: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"the Ray Jobs server at {address} answers, but has had no agent that starts jobs for "
        f"{AGENT_S:g} s\n"
        "    each node of Ray has such an agent: on the head, /tmp/ray/session_latest/logs/"
        "dashboard_agent.log has its last words; start the cluster again, with "
        '"ray[default]" installed'
    )


def pip(packages: Sequence[str]) -> dict[str, Any]:
    """The part of a runtime environment for which Ray installs packages; empty for none."""
    return {"pip": {"packages": list(packages)}} if packages else {}


def _require_listener(address: str) -> None:
    """Raises EnvironmentFault where nothing listens; Ray's client itself would try for minutes."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((str(parts.hostname), port), _CONNECT_S).close()
    except OSError as error:
        raise _fault(address, "connect", error.strerror or str(error)) from error


def _client(address: str) -> Any:
    with environment({VARIABLE: address}):  # Ray's variables would win over the argument
        return jobs_client(address, _ANSWER_S)


def _as_ray_lists_it(row: Mapping[str, Any]) -> dict[str, Any]:
    """A node as `ray.nodes()` lists it."""
    return {
        "Alive": row["state"] == "ALIVE",
        "NodeID": row["node_id"],
        "NodeManagerHostname": row["node_name"],
        "NodeManagerAddress": row["node_ip"],
        "Resources": row["resources_total"],
        "Labels": row.get("labels") or {},
    }
