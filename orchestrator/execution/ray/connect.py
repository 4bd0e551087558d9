"""Checks who listens at the address of a Ray cluster, in seconds and without Ray's own output."""

import urllib.request

from orchestrator.errors import EnvironmentFault, InputError, Problem
from orchestrator.execution.ray.heartbeat import connection_error
from orchestrator.execution.ray.internals import gcs_answer

_ADDRESSES = "auto, HOST:PORT"
_CONNECT_S = 5.0
_ANSWER_S = 10.0


def require_address(address: str) -> None:
    """Raises InputError for what cannot be the address of a Ray cluster."""
    if address.startswith(("http://", "https://")):
        raise InputError([Problem("--address", f"{address} is a Jobs server", _ADDRESSES,
                                  f"orch submit STUDY --address {address}")])  # fmt: skip
    if address != "auto" and not _has_port(address):
        raise InputError([Problem("--address", f"{address!r} is not the address of a Ray cluster",
                                  _ADDRESSES,
                                  "leave it out to start Ray on this machine")])  # fmt: skip


def _has_port(address: str) -> bool:
    host, _, port = address.rpartition(":")
    return bool(host) and port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65_536


def require_cluster_at(address: str) -> None:
    """Raises EnvironmentFault where nothing answers, or no Ray, or one with another token."""
    if address == "auto":
        return
    if reason := connection_error(address, _CONNECT_S):
        raise unreachable(address, reason)
    answer = gcs_answer(address, _ANSWER_S)
    if answer == "closed":
        raise EnvironmentFault(
            f"the Ray cluster at {address} requires an authentication token\n"
            "    set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN to the token it was started with"
        )
    if answer == "other":
        raise _no_cluster(address)


def _no_cluster(address: str) -> EnvironmentFault:
    if _is_jobs_server(address):
        return EnvironmentFault(
            f"{address} is a Jobs server, which accepts whole studies\n"
            f"    orch submit STUDY --address http://{address}"
        )
    return unreachable(address, "what listens there is not Ray")


def _is_jobs_server(address: str) -> bool:
    """Whether a Ray dashboard answers there."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://{address}/api/version", timeout=_CONNECT_S) as answer:
            return b"ray_version" in answer.read(10_000)
    except (OSError, ValueError):
        return False


def unreachable(address: str, reason: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"cannot join the Ray cluster at {address}: {reason}\n"
        f"    does `ray status --address {address}` find it from this machine? "
        "Without --address, orch starts Ray on this machine"
    )
