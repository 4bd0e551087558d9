"""A Ray of our own on this machine: quiet, closed to others, gone without a trace afterwards."""

import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread, current_thread, main_thread
from types import ModuleType

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity
from orchestrator.store.local.atomic_files import alive

_OBJECT_STORE_BYTES = 150 * 2**20  # packs and summaries only; rows go to Parquet in the worker
_PRELOADED = ("ray.tune", "orchestrator.training.engine")  # by workers, while Ray still starts
DRIVER = {
    "RAY_AIR_NEW_OUTPUT": "0",  # the new one prints even when told to be quiet
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_FORCE_TRIAL_CLEANUP_S": "1",  # a pack that is stopped has nothing to save
    "TUNE_GLOBAL_CHECKPOINT_S": "60",
}
"""Environment variables for Tune in the process that runs it."""

_PREFIX = "orch-"  # of the temporary folder, followed by the process's id
_SPARED = ("start_monitor", "start_log_monitor", "start_api_server")
_SOCKET_PATH_LIMIT = 30  # characters left for the temporary folder in a socket's 107


@contextmanager
def local_ray(
    capacity: Capacity, threads: int, preloaded: Iterable[str] = _PRELOADED
) -> Iterator[Path]:
    """Ray on this machine, and a folder for its files; both are gone afterwards.

    Raises EnvironmentFault when Ray cannot start.
    """
    place = _short_temporary_folder()
    _remove_abandoned(place)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
    try:
        with environment(_variables(threads, preloaded)), _ray(capacity, folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ray(capacity: Capacity, folder: Path) -> Iterator[None]:
    import ray

    # Importing Ray Tune takes a second of CPU, starting Ray mostly waits for other processes.
    meanwhile = Thread(target=import_module, args=("ray.tune",), daemon=True)
    meanwhile.start()
    try:
        with _loopback():
            with own_signal_handlers(), _bare_node():
                _start(ray, capacity, folder)
            meanwhile.join()
            yield
    finally:
        ray.shutdown()


def _start(ray: ModuleType, capacity: Capacity, folder: Path) -> None:
    try:
        ray.init(
            address="local",
            num_cpus=capacity.cpus,
            num_gpus=capacity.gpus,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
            object_store_memory=_OBJECT_STORE_BYTES,
            _temp_dir=str(folder),
        )
    except (RuntimeError, ValueError, OSError, ConnectionError, TimeoutError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise EnvironmentFault(
            f"Ray could not be started: {reason[0]}\n    `--inline` runs without it"
        ) from error


@contextmanager
def _loopback() -> Iterator[None]:
    """The servers of Ray, and those of its workers, are for this machine alone.

    Ray reads the variable when it is imported, and a Ray that is joined afterwards must not see it.
    """
    from ray._private import ray_constants

    before = ray_constants.ENABLE_RAY_CLUSTER
    ray_constants.ENABLE_RAY_CLUSTER = False
    try:
        with environment({ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR: "0"}):
            yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = before


@contextmanager
def _bare_node() -> Iterator[None]:
    """Ray without autoscaler, log monitor and dashboard: on one machine nobody needs them.

    They are three Python processes, 3 s of CPU before the first pack and 1 s at the end. The names
    are Ray's own: where they are missing, everything is started as usual.
    """
    from ray._private.node import Node

    before = {name: getattr(Node, name) for name in _SPARED if hasattr(Node, name)}
    for name in before:
        setattr(Node, name, lambda *given, **named: None)
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(Node, name, method)


def _variables(threads: int, preloaded: Iterable[str]) -> dict[str, str]:
    """Read by Ray in this process and handed down to its workers."""
    return {
        **authentication(),
        **DRIVER,
        **of_workers(threads),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",  # one process less
        "RAY_TRAIN_METRICS_ENABLED": "0",
        "RAY_preload_python_modules": ",".join(preloaded),
    }


def of_workers(threads: int) -> dict[str, str]:
    return {
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",  # no GPU asked for, no GPU seen
        "RAY_CHDIR_TO_TRIAL_DIR": "0",
        "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.5",  # so soon it sees that a trial has ended
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
    }


@cache
def authentication() -> dict[str, str]:
    """A token for this process only, as Ray reads it once, when it is imported.

    Other users of the machine cannot send work to our workers, and nothing is written to the home
    folder. Where someone imported Ray before us, it is too late for that.
    """
    if "ray" in sys.modules:
        return {"RAY_AUTH_MODE": "disabled"}
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def own_signal_handlers() -> Iterator[None]:
    """Keep ours: ray.init puts its own in place, and they end the process without cleaning up."""
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    yield
    if current_thread() is main_thread():
        for name, handler in handlers.items():
            signal.signal(name, handler)


def _short_temporary_folder() -> Path:
    """Unix sockets must have short paths."""
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) <= _SOCKET_PATH_LIMIT else "/tmp")


def _remove_abandoned(place: Path) -> None:
    """Folders of runs that were killed and could not do it themselves."""
    for folder in place.glob(f"{_PREFIX}*-*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)  # another user's stays
