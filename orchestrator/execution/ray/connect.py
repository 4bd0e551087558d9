"""Who is at the address of a Ray. Ray itself would ask for minutes, with lines of its own."""

import urllib.request
from contextlib import suppress

from orchestrator.errors import EnvironmentFault, InputError, Problem
from orchestrator.execution.ray.heartbeat import knock

_ADDRESSES = "auto, HOST:PORT"
_KNOCK_S = 5.0
_ANSWER_S = 10.0


def require_address(address: str) -> None:
    """Raises InputError for what cannot be the address of a Ray to join."""
    if address.startswith(("http://", "https://")):
        raise InputError([Problem("--address", f"{address} is a Jobs server", _ADDRESSES,
                                  f"orch submit STUDY --address {address}")])  # fmt: skip
    if address != "auto" and not address.rpartition(":")[2].isdigit():
        raise InputError([Problem("--address", f"{address!r} is no address of a Ray",
                                  _ADDRESSES,
                                  "leave it out to start a Ray on this machine")])  # fmt: skip


def greet(address: str) -> None:
    """Raises EnvironmentFault where nobody answers, or no Ray, or one that does not let us in."""
    if address == "auto":
        return
    if reason := knock(address, _KNOCK_S):
        raise unreachable(address, reason)
    # Should Ray rename these, only time is lost.
    with suppress(ImportError, AttributeError):
        _ask(address)


def _ask(address: str) -> None:
    import grpc  # type: ignore[import-untyped]
    from ray._raylet import AuthenticationTokenLoader  # type: ignore[attr-defined]
    from ray.core.generated.gcs_service_pb2 import (  # type: ignore[attr-defined]
        GetClusterIdRequest,
    )
    from ray.core.generated.gcs_service_pb2_grpc import NodeInfoGcsServiceStub
    from ray.exceptions import AuthenticationError

    try:
        tokens = AuthenticationTokenLoader.instance()
        headers = tokens.get_token_for_http_header() if tokens.has_token() else {}
    except AuthenticationError as error:  # there is to be one, and is none
        raise _closed(address) from error
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        stub = NodeInfoGcsServiceStub(channel)  # type: ignore[no-untyped-call]
        metadata = [(name.lower(), value) for name, value in headers.items()]
        try:
            stub.GetClusterId(GetClusterIdRequest(), timeout=_ANSWER_S, metadata=metadata)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAUTHENTICATED:
                raise _closed(address) from error
            if error.code() != grpc.StatusCode.UNIMPLEMENTED or not error.details():
                raise _no_ray(address) from error


def _closed(address: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"the Ray at {address} lets in only who knows its token\n"
        "    set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN to the one with which it was started"
    )


def _no_ray(address: str) -> EnvironmentFault:
    if _is_jobs_server(address):
        return EnvironmentFault(
            f"{address} is a Jobs server, which takes whole studies\n"
            f"    orch submit STUDY --address http://{address}"
        )
    return unreachable(address, "what listens there does not answer as a Ray does")


def _is_jobs_server(address: str) -> bool:
    """Whether a Ray's dashboard is there."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://{address}/api/version", timeout=_KNOCK_S) as answer:
            return b"ray_version" in answer.read(10_000)
    except (OSError, ValueError):
        return False


def unreachable(address: str, reason: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"the Ray at {address} cannot be joined: {reason}\n"
        "    does `ray status --address` find it from this machine? Without --address, orch "
        "starts one of its own"
    )
