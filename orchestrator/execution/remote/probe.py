"""Finds out, by a small job, which Python runs the jobs of a cluster and what that has."""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import uuid4

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.remote.cluster_python import (
    ClusterPython,
    head_interpreter,
    probe_command,
    probed,
)
from orchestrator.execution.remote.jobs_server import AGENT_S, JobsServer, pip

PATH_PYTHON = "python"
"""The Python on a job's PATH: of the environment that Ray has made for its packages, if any."""

_POLL_S = 0.2
_RETRY_S = 2.0
_PROBE_S = 300.0  # until a job that prints a line has ended, on a busy head
_INSTALL_S = 900.0  # the same, where Ray installs packages first; Ray gives up earlier
_ENDED = ("SUCCEEDED", "FAILED", "STOPPED")


def interpreter(server: JobsServer) -> str:
    """The Python of the head's Ray. A job's PATH need not lead to it.

    That of the PATH where the head does not report it.
    """
    until = time.monotonic() + AGENT_S
    while True:
        found = head_interpreter(server.head())
        if found or time.monotonic() > until:
            return found or PATH_PYTHON
        time.sleep(_RETRY_S)


def probe(
    server: JobsServer, python: str, names: Iterable[str], packages: Sequence[str] = ()
) -> ClusterPython:
    """What a job finds there that this Python runs; Ray's list of jobs loses it afterwards.

    names: libraries to look for. packages: Ray installs them first.

    Raises EnvironmentFault if the job fails, with the reason.
    """
    name, command = f"orch-probe-{uuid4().hex}", probe_command(python, names)
    server.start(name, command, pip(packages), {})
    try:
        reason = _wait(server, name, _INSTALL_S if packages else _PROBE_S)
        log = server.log(name)
        found = probed(log)
        if found is None:
            said = (reason or log).rpartition(command)[2]  # Ray logs the command first
            raise _failed(server.address, python, packages, said)
        return found
    finally:
        with suppress(EnvironmentFault):  # it has not ended, or just has: Ray keeps it in its list
            server.remove(name)


def _wait(server: JobsServer, name: str, limit_s: float) -> str:
    """Until the job has ended; returns the server's message about it, if it failed."""
    until = time.monotonic() + limit_s
    while (job := server.job(name))["status"] not in _ENDED:
        if time.monotonic() > until:
            server.stop(name)
            return f"it has not ended within {limit_s:g} s"
        time.sleep(_POLL_S)
    return str(job.get("message") or "") if job["status"] == "FAILED" else ""


def _failed(address: str, python: str, packages: Sequence[str], reason: str) -> EnvironmentFault:
    lines = [line.strip() for line in reason.strip().splitlines()] or ["it said nothing"]
    errors = [line for line in lines if line.startswith("ERROR: ")]  # pip's
    if packages:
        what = f"Ray could not install {', '.join(packages)} on the Ray cluster at {address}"
        cure = "install them on its nodes yourself, and leave --install out"
    else:
        what = f"the Ray cluster at {address} could not run {python}"
        cure = "`ray job list` and the dashboard's page of jobs show whether others run there"
    return EnvironmentFault(f"{what}: {(errors or lines)[-1]}\n    {cure}")
