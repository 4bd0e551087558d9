"""All of Ray's private and experimental API that orch uses.

Such names may change in any release of Ray: see `version`. A test keeps them out of other files.
Imports Ray only inside functions, as Ray reads environment variables when it is imported.
"""

import ctypes
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any, Literal

from orchestrator.execution.environment import environment

# Starting Ray on this machine, and joining a cluster

_INSTALLED = "_ZN3ray6RayLog36is_failure_signal_handler_installed_E"
"""The variable `ray::RayLog::is_failure_signal_handler_installed_` of Ray's C++ library."""


@contextmanager
def _replaced(owner: Any, **attributes: Any) -> Iterator[None]:
    """Attributes of a module, class or object have these values inside."""
    before = {name: getattr(owner, name) for name in attributes}
    for name, value in attributes.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)


@contextmanager
def without_signal_handlers() -> Iterator[None]:
    """`ray.init` leaves this process's signal handlers in force, from its first moment on.

    Without it, SIGTERM ends the process with exit code 15 while Ray starts, and its files stay: the
    handler of `ray.init` raises SystemExit in the middle of it. The one of Ray's C++ library
    prints a stack trace, and aborts the process 3 s later. Restoring handlers afterwards is too
    late for signals that come meanwhile, and `ray.shutdown` would set SIGTERM to the system's
    default. Here, that library takes its handler for installed while it starts, and for not
    installed when it is to remove it.
    """
    import ray._private.utils
    import ray._raylet

    library = ctypes.CDLL(ray._raylet.__file__)  # the one that is loaded already
    is_installed = ctypes.c_bool.in_dll(library, _INSTALLED)
    no_handler = _replaced(ray._private.utils, set_sigterm_handler=lambda handler: None)
    with _replaced(is_installed, value=True), no_handler:
        yield


@contextmanager
def without_messages() -> Iterator[None]:
    """Ray prints nothing about workers and processes that died.

    Without it, the end of a raylet's log is on the screen twice, before orch says what happened.
    """
    with _replaced(import_module("ray._private.worker"), listen_error_messages=lambda *given: None):
        yield


@contextmanager
def without_tune_handlers() -> Iterator[None]:
    """Tune leaves this process's signal handlers in force.

    Without it, SIGUSR1 (Slurm's, submitit's) ends the packs without a checkpoint, and the run as if
    it were done: Tune has a variable for its handler of SIGINT, and none for this one.
    """
    module = import_module("ray.tune.tune")
    with _replaced(module, _setup_signal_catching=Event):
        yield


@contextmanager
def loopback_only() -> Iterator[None]:
    """Servers of Ray and of its workers listen on 127.0.0.1 only.

    Without it, other machines reach them. Ray reads the variable when it is imported, and a
    cluster that is joined afterwards must not see it.
    """
    from ray._private import ray_constants

    variable = environment({ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR: "0"})
    with _replaced(ray_constants, ENABLE_RAY_CLUSTER=False), variable:
        yield


@contextmanager
def in_own_sessions() -> Iterator[None]:
    """Signals to this process's group reach neither Ray's servers nor the workers they start.

    Without it, SIGTERM of `timeout` or `kill -- -GROUP` ends them before the packs have written
    their checkpoints. Where the kernel does not end Ray's servers with this process (not Linux),
    Ray does so by a signal to their group, so that they stay in it.
    """
    from ray._private import services, utils

    in_own = utils.detect_fate_sharing_support()  # type: ignore[no-untyped-call]
    with _replaced(services, ConsolePopen=partial(services.ConsolePopen, start_new_session=in_own)):
        yield


@contextmanager
def without_helper_processes() -> Iterator[None]:
    """Start no autoscaler, log monitor and dashboard.

    Without it, three Python processes more: 3 s of CPU before the first pack and 1 s at the end.
    """
    from ray._private.node import Node

    names = ("start_monitor", "start_log_monitor", "start_api_server")
    with _replaced(Node, **dict.fromkeys(names, lambda *given, **named: None)):
        yield


@contextmanager
def waiting_workers(number: int) -> Iterator[None]:
    """Start so many workers with Ray, which wait for the first packs.

    Without it, there is one for each CPU, also where packs request several CPUs or are few: each
    loads torch, 4 s of CPU.
    """
    from ray._private import services

    start, option = services.start_ray_process, "--num_prestart_python_workers="

    def started(command: list[str], *given: Any, **named: Any) -> Any:
        ours = [f"{option}{number}" if word.startswith(option) else word for word in command]
        return start(ours, *given, **named)

    with _replaced(services, start_ray_process=started):
        yield


def files_in(folder: Path) -> dict[str, str]:
    """Option of `ray.init` for the folder of its files.

    Without it, files of a run that was killed stay in /tmp/ray, among those of other clusters.
    """
    return {"_temp_dir": str(folder)}


def accelerator_type() -> str | None:
    """Type of this machine's GPUs, as Ray will label the machine; None without GPUs.

    Without it, `resources.accelerator_type` cannot be checked before Ray starts.
    """
    from ray._private.accelerators import get_accelerator_manager_for_resource

    manager = get_accelerator_manager_for_resource("GPU")
    found: str | None = manager.get_current_node_accelerator_type() if manager else None
    return found


# Asking who listens at an address


def gcs_answer(address: str, timeout_s: float) -> Literal["ray", "closed", "other"]:
    """What listens at HOST:PORT: a Ray cluster, one that requires another token, something else.

    Without it, `ray.init` finds out after minutes, and prints lines of its own.
    """
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
    except AuthenticationError:  # RAY_AUTH_MODE=token without a token
        return "closed"
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        stub = NodeInfoGcsServiceStub(channel)  # type: ignore[no-untyped-call]
        metadata = [(name.lower(), value) for name, value in headers.items()]
        try:
            stub.GetClusterId(GetClusterIdRequest(), timeout=timeout_s, metadata=metadata)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAUTHENTICATED:
                return "closed"
            if error.code() != grpc.StatusCode.UNIMPLEMENTED or not error.details():
                return "other"
    return "ray"


# Tune


def reuse_idle_workers() -> None:
    """Let Tune's actors take the workers that Ray started and that have loaded torch already.

    Without it, 3 s more at the start of each: Tune asks for a runtime environment of its own, to
    pass on variables that workers inherit anyway, and Ray starts new processes for it.
    """
    from ray.tune.execution import class_cache

    class_cache.DEFAULT_ENV_VARS.clear()
    class_cache.ENV_VARS_TO_PROPAGATE.clear()


def is_starting(controller: Any, trial: Any) -> bool:
    """Whether a process has been started for this trial, which is pending, and is not ready yet.

    Without it, `scheduler.InOrder` cannot spare it: workers are started and ended in vain.
    """
    actor = controller._trial_to_actor.get(trial)
    return bool(actor and controller._actor_manager.is_actor_started(actor))


# Keys and values that all processes of a cluster see


class ClusterKeys:
    """Ray's internal table of keys and values, in the cluster's head.

    Without it, workers cannot be asked to stop: a worker that trains cannot be called, and a
    signal does not reach another machine.
    """

    @staticmethod
    def put(key: bytes, value: bytes = b"") -> None:
        from ray.experimental.internal_kv import _internal_kv_put

        _internal_kv_put(key, value)

    @staticmethod
    def exists(key: bytes) -> bool:
        from ray.experimental.internal_kv import _internal_kv_exists

        return bool(_internal_kv_exists(key))

    @staticmethod
    def values(prefix: bytes) -> list[bytes]:
        from ray.experimental.internal_kv import _internal_kv_get, _internal_kv_list

        values = map(_internal_kv_get, _internal_kv_list(prefix))
        return [value for value in values if value]

    @staticmethod
    def delete(prefix: bytes) -> None:
        from ray.experimental.internal_kv import _internal_kv_del

        _internal_kv_del(prefix, del_by_prefix=True)


# Train


def without_needless_actors(trainer: Any) -> Any:
    """The trainer, without two actors that it starts for every trial.

    One removes placement groups of a controller that died; Ray removes them with their creator.
    Without this, every trial ends with 12 s of waiting where there is no dashboard, which the actor
    asks. The other hands out parts of Ray's data sets, which orch does not use: a process, 4 s of
    CPU.
    """
    needless = ("PlacementGroupCleanerCallback", "DatasetsCallback")
    callbacks = trainer._create_default_callbacks
    trainer._create_default_callbacks = lambda: [
        each for each in callbacks() if type(each).__name__ not in needless
    ]
    return trainer


# Jobs


def jobs_client(address: str, timeout_s: float) -> Any:
    """Ray's client for a Jobs server, with a timeout for each request.

    Without it, a server that hangs is waited for without end.
    """
    from ray.job_submission import JobSubmissionClient

    class Client(JobSubmissionClient):
        def _do_request(self, *given: Any, **named: Any) -> Any:
            return super()._do_request(*given, timeout=timeout_s, **named)

    for name in ("ray.dashboard.modules.dashboard_sdk", "ray.dashboard.modules.job.sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return Client(address)


def http_get(client: Any, path: str) -> Any:
    """The response of a Jobs server to a GET request, sent with the client's token.

    Without it: Ray's client lists neither nodes nor the end of a log.
    """
    return client._do_request("GET", path)
