"""A Ray of our own on this machine: quiet, closed to others, gone without a trace afterwards."""

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread, current_thread, main_thread
from types import ModuleType

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity

_OBJECT_STORE_BYTES = 150 * 2**20  # packs and summaries only; rows go to Parquet in the worker
_PRELOADED = ("ray.tune", "orchestrator.training.engine")  # by workers, while Ray still starts
_SOCKET_PATH_LIMIT = 30  # characters left for the temporary folder in a socket's 107


@contextmanager
def local_ray(
    capacity: Capacity, threads: int, preloaded: Iterable[str] = _PRELOADED
) -> Iterator[Path]:
    """Ray on this machine, and a folder for its files; both are gone afterwards.

    Raises EnvironmentFault when Ray cannot start.
    """
    folder = Path(tempfile.mkdtemp(prefix="orch-", dir=_short_temporary_folder()))
    try:
        with _environment(_variables(threads, preloaded)), _ray(capacity, folder):
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
        with _own_signal_handlers():
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
        raise EnvironmentFault(
            f"Ray could not be started: {error}\n    `--inline` runs without it"
        ) from error


def _variables(threads: int, preloaded: Iterable[str]) -> dict[str, str]:
    """Read by Ray in this process and handed down to its workers."""
    return {
        # A token for this run only: other users of the machine cannot send work to our workers,
        # and nothing is written to the home folder.
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",  # no GPU asked for, no GPU seen
        "RAY_CHDIR_TO_TRIAL_DIR": "0",
        "RAY_AIR_NEW_OUTPUT": "0",  # the new one prints even when told to be quiet
        "RAY_preload_python_modules": ",".join(preloaded),
        "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
        "TUNE_DISABLE_SIGINT_HANDLER": "1",
        "TUNE_FORCE_TRIAL_CLEANUP_S": "1",  # a pack that is stopped has nothing to save
        "TUNE_GLOBAL_CHECKPOINT_S": "60",
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
    }


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
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
def _own_signal_handlers() -> Iterator[None]:
    """Keep ours: ray.init puts its own in place, and they end the process without cleaning up."""
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    yield
    if current_thread() is main_thread():
        for name, handler in handlers.items():
            signal.signal(name, handler)


def _short_temporary_folder() -> str:
    """Unix sockets must have short paths."""
    usual = tempfile.gettempdir()
    return usual if len(usual) <= _SOCKET_PATH_LIMIT else "/tmp"
