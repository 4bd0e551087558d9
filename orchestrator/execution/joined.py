"""A Ray that runs already: joined for a while, and looked over before the first pack."""

import logging
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.cluster import Cluster, Node, differences
from orchestrator.execution.ray_cluster import (
    DRIVER,
    environment,
    of_workers,
    own_signal_handlers,
)
from orchestrator.execution.sight import Sight, look
from orchestrator.paths import ResultsPaths
from orchestrator.store.objects import put, remove
from orchestrator.study.settings import Resources

_PATIENCE_S = 60.0  # for a node to say how it is: it unpacks the code first
_KNOCK_S = 5.0
_PACKAGES = ("orchestrator", "models")  # what a worker runs of orch


@contextmanager
def joined_ray(address: str, threads: int, own: Sequence[Path] = ()) -> Iterator[Cluster]:
    """The Ray at this address, left again afterwards; our code and the user's go there with us.

    own: modules and packages of the user's.

    Raises EnvironmentFault when it cannot be reached.
    """
    import ray

    _refuse_client(address)
    _knock(address)
    with environment(DRIVER):
        try:
            with own_signal_handlers():
                _join(address, _of_workers(threads, own))
            yield Cluster.of(address, ray.nodes())  # type: ignore[no-untyped-call]
        finally:
            ray.shutdown()


def _join(address: str, environment: dict[str, Any]) -> None:
    import ray

    try:
        ray.init(
            address=address,
            runtime_env=environment,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (RuntimeError, ValueError, OSError, TimeoutError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise _unreachable(address, reason[0]) from error


def _refuse_client(address: str) -> None:
    """Ray Tune needs a driver on the cluster: Ray's client runs single calls there, not Tune."""
    if address.startswith("ray://"):
        host = address.removeprefix("ray://").partition(":")[0] or "HOST"
        raise EnvironmentFault(
            f"{address} is a Ray client server, through which Ray Tune does not run\n"
            f"    hand the study to the cluster: orch submit STUDY --address http://{host}:8265, "
            "or call orch run on one of its machines with --address auto"
        )


def _knock(address: str) -> None:
    """Is somebody there? Ray itself asks for minutes."""
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), _KNOCK_S).close()
    except OSError as error:
        raise _unreachable(address, error.strerror or str(error)) from error


def _unreachable(address: str, reason: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"the Ray at {address} cannot be joined: {reason}\n"
        "    does `ray status --address` find it from this machine? Without --address, orch "
        "starts one of its own"
    )


def _of_workers(threads: int, own: Sequence[Path]) -> dict[str, Any]:
    """The environment that Ray makes for them on every node."""
    root = Path(__file__).parents[2]
    return {
        "py_modules": [*(str(root / name) for name in _PACKAGES), *map(str, own)],
        "excludes": ["__pycache__"],
        "env_vars": of_workers(threads),
    }


def look_over(cluster: Cluster, asked: Resources, results: ResultsPaths) -> None:
    """Every node that may be given packs can run them, and write where this machine reads.

    Raises EnvironmentFault that names all which cannot.
    """
    mark = f".seen-{uuid4().hex}"
    put(results.at(results.root / mark), b"orch\n")
    try:
        there = _sights(cluster.useful(asked), results, mark)
        lines = differences(look(results, mark), there)
    finally:
        remove(results.at(results.root / mark))
    if lines:
        raise EnvironmentFault(
            "\n".join([f"the Ray at {cluster.address} cannot run this study:", *lines])
            + "\n    let --results be a folder that all nodes share, under one path, or a URI that "
            "each may write to; install the same Python, Ray and torch on each"
        )


def _sights(nodes: Sequence[Node], results: ResultsPaths, mark: str) -> list[tuple[Node, Sight]]:
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    remote = ray.remote(num_cpus=0, max_retries=0)(look)
    asked = [
        remote.options(
            scheduling_strategy=NodeAffinitySchedulingStrategy(node.node_id, soft=False)
        ).remote(results, mark)
        for node in nodes
    ]
    ray.wait(asked, num_returns=len(asked), timeout=_PATIENCE_S)
    return [(node, _answer(answer)) for node, answer in zip(nodes, asked, strict=True)]


def _answer(asked: Any) -> Sight:
    import ray

    try:
        sight: Sight = ray.get(asked, timeout=0)
        return sight
    except ray.exceptions.GetTimeoutError:
        return Sight({}, f"has not answered for {_PATIENCE_S:g} s")
    except ray.exceptions.RayError as error:
        reason = str(error).strip().splitlines()[-1]
        return Sight({}, f"cannot be asked: {reason}")


@contextmanager
def tune_folder(results: Path | None) -> Iterator[Path]:
    """For Tune's own files, where every node sees it; None for this machine alone.

    Tune writes there from here only, as packs give it no checkpoints.
    """
    folder = Path(tempfile.mkdtemp(prefix=".tune-", dir=results))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
