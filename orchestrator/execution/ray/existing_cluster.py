"""A Ray that runs already: joined for a while, and looked over before the first pack."""

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.ray.connect import greet, require_address, unreachable
from orchestrator.execution.ray.local_cluster import (
    DRIVER,
    environment,
    of_workers,
    own_signal_handlers,
)
from orchestrator.execution.ray.nodes import Cluster, Node, differences
from orchestrator.execution.ray.preflight import CURE, Sight, look, marked
from orchestrator.execution.ray.temp_files import passing, remove_abandoned
from orchestrator.paths import ResultsPaths
from orchestrator.store.local.atomic_files import faults
from orchestrator.study.settings import Resources

_PATIENCE_S = 60.0  # for a node to say how it is: it unpacks the code first
_MISMATCH = re.compile(r"Version mismatch" + r".*?Ray: (\S+)\s+Python: (\S+)" * 2, re.DOTALL)


@contextmanager
def joined_ray(address: str, threads: int, own: Sequence[Path] = ()) -> Iterator[Cluster]:
    """The Ray at this address, left again afterwards; our code and the user's go there with us.

    own: modules and packages of the user's.

    Raises InputError for what is no address, EnvironmentFault when it cannot be reached.
    """
    require_address(address)
    with environment(DRIVER):
        import ray

        greet(address)
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
        if found := _MISMATCH.search(str(error)):
            raise _other_versions(address, *found.groups()) from error
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise unreachable(address, reason[0]) from error


def _other_versions(
    address: str, ray: str, python: str, our_ray: str, our_python: str
) -> EnvironmentFault:
    return EnvironmentFault(
        f"the Ray at {address} cannot be joined: it has Ray {ray} and Python {python}, this "
        f"machine Ray {our_ray} and Python {our_python}\n"
        "    they decide the bits of the results: install the same on all of them, then start the "
        "Ray again"
    )


def _of_workers(threads: int, own: Sequence[Path]) -> dict[str, Any]:
    """The environment that Ray makes for them on every node."""
    package = Path(__file__).parents[2]
    return {
        "py_modules": [str(package), *map(str, own)],
        "excludes": ["__pycache__"],
        "env_vars": of_workers(threads),
    }


def look_over(cluster: Cluster, asked: Resources, results: ResultsPaths) -> None:
    """Every node that may be given packs can run them, and write where this machine reads.

    Raises EnvironmentFault that names all which cannot.
    """
    with marked(results) as gate:
        there = _sights(cluster.useful(asked), results, gate.mark)
        lines = differences(look(results, gate.mark), there)
    if lines:
        raise EnvironmentFault(
            "\n".join(
                [f"the Ray at {cluster.address} cannot run this study:", *lines, f"    {CURE}"]
            )
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
    place = results or Path(tempfile.gettempdir())
    remove_abandoned(place, "tune", "seen")
    folder = place / passing("tune")
    with faults(folder, "make the folder"):
        folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
