"""The Ray Jobs server of a cluster, as far as orch speaks to it."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orchestrator.errors import EnvironmentFault, InputError, Problem
from orchestrator.execution.ray.local_cluster import environment
from orchestrator.execution.ray.nodes import Cluster
from orchestrator.execution.remote.submissions import Submission, ours

DEFAULT = "http://127.0.0.1:8265"
VARIABLE = "RAY_API_SERVER_ADDRESS"
_KNOCK_S = 5.0
_ANSWER_S = 60.0  # also for an upload of 100 MB to be taken
_TAIL_LINES = (100, 10_000)  # of a log: where the last progress line is not among the first
_AGAIN_S = 2.0
_SILENT_S = 60.0  # without a line: is the connection alive, and has the job ended?
PATIENCE_S = 300.0  # for a server that does not answer while its log is followed


def server_address(given: str | None) -> str:
    """--address, else the environment's, else this machine. Raises InputError for another kind."""
    address = given or os.environ.get(VARIABLE) or DEFAULT
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        where = "--address" if given else VARIABLE
        what = f"{address!r} is not the address of a Ray Jobs server"
        cure = "to train on the Ray of this machine: orch run STUDY --address auto"
        raise InputError([Problem(where, what, "http://HEAD:8265, as `ray start` prints it", cure)])
    return address.rstrip("/")


class JobsServer:
    """Raises EnvironmentFault, from every method, that says where and what was tried."""

    def __init__(self, address: str) -> None:
        self.address = address
        _knock(address)
        self._client = self._ask("connect", lambda: _client(address))

    def cluster(self) -> Cluster:
        """Its nodes, and what they have room for."""
        answer = self._ask("list its nodes", lambda: self._get("/api/v0/nodes?detail=1").json())
        rows = answer["data"]["result"]["result"]
        return Cluster.of(self.address, map(_as_ray_has_it, rows))

    def submissions(self) -> list[Submission]:
        """All that orch submitted, the newest first."""
        return ours(self._ask("list its jobs", lambda: self._get("/api/jobs/").json()))

    def submit(
        self, submission_id: str, command: str, archive: Path,
        told: Mapping[str, str], variables: Mapping[str, str],
    ) -> None:  # fmt: skip
        """told: what the server keeps of it; variables: of its environment."""
        self._ask(
            "submit to it",
            lambda: self._client.submit_job(
                submission_id=submission_id,
                entrypoint=command,
                metadata={"orch": "1", **told},
                runtime_env={"working_dir": str(archive), "env_vars": dict(variables)},
            ),
        )

    def stop(self, submission_id: str) -> None:
        self._ask("stop a job", lambda: self._client.stop_job(submission_id))

    def log(self, submission_id: str) -> str:
        """All of it, so far."""
        return str(self._ask("read a log", lambda: self._client.get_job_logs(submission_id)))

    def ends_of_log(self, submission: Submission) -> Iterator[str]:
        """The last lines, then more of them; nothing before there are any."""
        file = f"job-driver-{submission.submission_id}.log"
        asked = f"/api/v0/logs/file?node_id={submission.node_id}&filename={file}"
        with suppress(EnvironmentFault):  # no log yet, or its node is gone
            for lines in _TAIL_LINES:
                yield str(self._ask("read a log", partial(self._text, f"{asked}&lines={lines}")))

    def _text(self, path: str) -> str:
        return str(self._get(path).text)

    def follow(self, submission_id: str, lost: Callable[[], None]) -> Iterator[str]:
        """The log as it grows, until the job has ended. Reconnects, and repeats nothing.

        lost: called when the connection breaks off.
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
                if time.monotonic() - silent_since > PATIENCE_S:
                    raise
            if not is_silent:
                lost()
                time.sleep(_AGAIN_S)

    def _has_ended(self, submission_id: str) -> bool:
        job = self._ask("ask for a job", lambda: self._get(f"/api/jobs/{submission_id}").json())
        return Submission.of(job).has_ended

    def _stream(self, submission_id: str) -> Iterator[str]:
        """One connection, until the server or the network ends it.

        Or until it is silent: then the last text is empty. One that is frozen never ends.
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
        answer = self._client._do_request("GET", path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path.partition('?')[0]}: status {answer.status_code}")
        return answer

    def _ask(self, doing: str, asking: Callable[[], Any]) -> Any:
        with _faults(self.address, doing):
            return asking()


async def _next(lines: AsyncIterator[str]) -> str | None:
    """Empty after a while without any; None at the end."""
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
    """Whatever the client raises, in words."""
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
        "    is the head's dashboard up, and this the port that `ray start` printed for it (8265)? "
        "From elsewhere, `ssh -L 8265:127.0.0.1:8265 HEAD` makes it http://127.0.0.1:8265"
    )


def _knock(address: str) -> None:
    """Is somebody there? Ray's client itself asks for minutes."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((str(parts.hostname), port), _KNOCK_S).close()
    except OSError as error:
        raise _fault(address, "connect", error.strerror or str(error)) from error


def _client(address: str) -> Any:
    from ray.job_submission import JobSubmissionClient

    class Client(JobSubmissionClient):
        """Waits for an answer, but not for ever."""

        def _do_request(self, *given: Any, **named: Any) -> Any:
            return super()._do_request(*given, timeout=_ANSWER_S, **named)

    for name in ("ray.dashboard.modules.dashboard_sdk", "ray.dashboard.modules.job.sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)
    with environment({VARIABLE: address}):  # Ray's variables would win over the argument
        return Client(address)


def _as_ray_has_it(row: Mapping[str, Any]) -> dict[str, Any]:
    """A node as `ray.nodes()` lists it."""
    return {
        "Alive": row["state"] == "ALIVE",
        "NodeID": row["node_id"],
        "NodeManagerHostname": row["node_name"],
        "NodeManagerAddress": row["node_ip"],
        "Resources": row["resources_total"],
        "Labels": row.get("labels") or {},
    }
