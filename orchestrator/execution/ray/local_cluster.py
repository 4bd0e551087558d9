"""A Ray cluster on this machine: quiet, closed to others, and removed completely afterwards."""

import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import ModuleType

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity
from orchestrator.execution.environment import environment, require_home
from orchestrator.execution.ray.internals import (
    files_in,
    in_own_sessions,
    loopback_only,
    waiting_workers,
    without_helper_processes,
    without_messages,
    without_signal_handlers,
)
from orchestrator.execution.ray.temp_folder import temp_folder
from orchestrator.execution.ray.version import require_supported_ray

_OBJECT_STORE_BYTES = 150 * 2**20  # packs and summaries only; rows go to Parquet in the worker
_PRELOADED = ("ray.tune", "orchestrator.training.engine")  # by workers, while Ray still starts
PRELOADED_FOR_OWN = ("ray.tune", "orchestrator.own_trials.engine")
"""The same, where trials are the user's own: their modules may import torch, or not."""
_REPORTS_MS = "3600000"  # of the machine's load, to a dashboard that is not started
_IDLE_MS = "600000"
"""How long a worker may wait for its first pack: as soon as Tune has reserved room for packs, Ray
ends those that have been idle for longer (by default a second), and starts others in their place.
"""
DRIVER_VARIABLES = {
    "RAY_AIR_NEW_OUTPUT": "0",  # the new one prints even when it is to be quiet
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_FORCE_TRIAL_CLEANUP_S": "1",  # a pack that is stopped has nothing to save
    "TUNE_GLOBAL_CHECKPOINT_S": "60",
}
"""For Tune, in the process that runs it."""

_TOO_SLOW = "timed out during startup"  # in Ray's message


@contextmanager
def local_cluster(
    capacity: Capacity, threads: int, workers: int, preloaded: Iterable[str] = _PRELOADED
) -> Iterator[Path]:
    """Start Ray on this machine, with a folder for its files; both are removed afterwards.

    workers: so many start with Ray; more are started when they are needed.
    preloaded: modules that workers import while Ray starts.

    Raises EnvironmentFault when Ray cannot start.
    """
    require_supported_ray()
    require_home()
    with (
        temp_folder() as folder,
        environment(_variables(threads, preloaded)),
        _started(capacity, workers, folder),
    ):
        yield folder


@contextmanager
def _started(capacity: Capacity, workers: int, folder: Path) -> Iterator[None]:
    import ray

    # Importing Ray Tune takes a second of CPU, starting Ray mostly waits for other processes.
    meanwhile = Thread(target=_import_tune, daemon=True)
    meanwhile.start()
    try:
        with loopback_only():
            with (
                without_signal_handlers(),
                in_own_sessions(),
                without_helper_processes(),
                without_messages(),
                waiting_workers(workers),
            ):
                _start(ray, capacity, folder)
            meanwhile.join()
            yield
    finally:
        ray.shutdown()


def _import_tune() -> None:
    """Ahead of its use, which raises what goes wrong: a thread would only print it."""
    with suppress(Exception):
        import_module("ray.tune")


def _start(ray: ModuleType, capacity: Capacity, folder: Path) -> None:
    """Twice, if need be: Ray gives up after 30 s, which a busy machine may take."""
    try:
        try:
            _init(ray, capacity, folder)
        except Exception as error:  # Ray raises it as such, where its start takes too long
            if _TOO_SLOW not in str(error):
                raise
            ray.shutdown()
            _init(ray, capacity, folder)
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise EnvironmentFault(
            f"Ray could not be started: {reason[0]}\n"
            "    run the same command again, if this machine was busy; or with --inline, which "
            "needs no Ray"
        ) from error


def _init(ray: ModuleType, capacity: Capacity, folder: Path) -> None:
    ray.init(
        address="local",
        num_cpus=capacity.cpus,
        num_gpus=capacity.gpus,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=_OBJECT_STORE_BYTES,
        **files_in(folder),
    )


def _variables(threads: int, preloaded: Iterable[str]) -> dict[str, str]:
    """Ray reads them in this process, and its workers inherit them."""
    return {
        **authentication(),
        **DRIVER_VARIABLES,
        **worker_variables(threads),
        "RAY_USAGE_STATS_ENABLED": "0",
        "REPORTER_UPDATE_INTERVAL_MS": _REPORTS_MS,
        "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",  # one process less
        "RAY_TRAIN_METRICS_ENABLED": "0",
        "RAY_idle_worker_killing_time_threshold_ms": _IDLE_MS,
        "RAY_preload_python_modules": ",".join(preloaded),
    }


def worker_variables(threads: int) -> dict[str, str]:
    return {
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",  # none requested, none visible
        "RAY_CHDIR_TO_TRIAL_DIR": "0",
        "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.5",  # how soon it sees the end of a trial
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
    }


@cache
def authentication() -> dict[str, str]:
    """Variables with a token for this process only, which Ray reads once, when it is imported.

    Other users of the machine cannot send work to our workers, and nothing is written to the home
    folder. Where Ray has been imported already, it is too late for that.
    """
    if "ray" in sys.modules:
        return {"RAY_AUTH_MODE": "disabled"}
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
