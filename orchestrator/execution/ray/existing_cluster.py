"""Joins a Ray cluster that runs already, and checks its nodes before the first pack."""

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.environment import environment, require_home
from orchestrator.execution.nodes import Cluster, Node
from orchestrator.execution.ray.connect import require_address, require_cluster_at, unreachable
from orchestrator.execution.ray.internals import without_signal_handlers
from orchestrator.execution.ray.local_cluster import DRIVER_VARIABLES, worker_variables
from orchestrator.execution.ray.preflight import (
    CURE,
    NodeReport,
    differences,
    preflight,
    report_of,
)
from orchestrator.execution.ray.version import require_supported_ray
from orchestrator.files import faults
from orchestrator.paths import ResultsPaths
from orchestrator.study.settings import Resources
from orchestrator.temp_files import passing, remove_abandoned

_REPORT_S = 60.0  # for a node to report: it unpacks the code first
_MISMATCH = re.compile(r"Version mismatch" + r".*?Ray: (\S+)\s+Python: (\S+)" * 2, re.DOTALL)


@contextmanager
def existing_cluster(address: str, threads: int, own: Sequence[Path] = ()) -> Iterator[Cluster]:
    """Join the Ray cluster at this address, and leave it afterwards. The code is sent there.

    own: modules and packages of the user's.

    Raises InputError for what is no address, EnvironmentFault when it cannot be reached.
    """
    require_address(address)
    require_supported_ray()
    require_home()
    with environment(DRIVER_VARIABLES):
        import ray

        require_cluster_at(address)
        try:
            with without_signal_handlers():
                _join(address, _runtime_environment(threads, own))
            yield Cluster.of(address, ray.nodes())  # type: ignore[no-untyped-call]
        finally:
            ray.shutdown()


def _join(address: str, runtime_environment: dict[str, Any]) -> None:
    import ray

    try:
        ray.init(
            address=address,
            runtime_env=runtime_environment,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except Exception as error:  # Ray raises it as such, where a node's start takes too long
        if found := _MISMATCH.search(str(error)):
            raise _other_versions(address, *found.groups()) from error
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise unreachable(address, reason[0]) from error


def _other_versions(
    address: str, ray: str, python: str, our_ray: str, our_python: str
) -> EnvironmentFault:
    return EnvironmentFault(
        f"cannot join the Ray cluster at {address}: it has Ray {ray} and Python {python}, this "
        f"machine Ray {our_ray} and Python {our_python}\n"
        "    they decide the bits of the results: install the same on all machines, then start the "
        "cluster again"
    )


def _runtime_environment(threads: int, own: Sequence[Path]) -> dict[str, Any]:
    """Of workers, made by Ray on every node. Ray packs folders with the links in them resolved."""
    package = Path(__file__).parents[2]
    return {
        "py_modules": [str(package), *map(str, own)],
        "excludes": ["__pycache__"],
        "env_vars": worker_variables(threads),
    }


def check_nodes(cluster: Cluster, resources: Resources, results: ResultsPaths) -> None:
    """Every node that may be given packs can run them, and write where this machine reads.

    Raises EnvironmentFault that names all which cannot.
    """
    with preflight(results) as made:
        driver = report_of(results, made.marker)
        reports = _reports(cluster.usable(resources), results, made.marker)
    if lines := [line for node, report in reports for line in differences(node, report, driver)]:
        first = f"the Ray cluster at {cluster.address} cannot run this study:"
        raise EnvironmentFault("\n".join([first, *lines, f"    {CURE}"]))


def _reports(
    nodes: Sequence[Node], results: ResultsPaths, marker: str
) -> list[tuple[str, NodeReport]]:
    """Name and report of each node."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    remote = ray.remote(num_cpus=0, max_retries=0)(report_of)
    pending = [
        remote.options(
            scheduling_strategy=NodeAffinitySchedulingStrategy(node.node_id, soft=False)
        ).remote(results, marker)
        for node in nodes
    ]
    ray.wait(pending, num_returns=len(pending), timeout=_REPORT_S)
    return [(node.name, _received(each)) for node, each in zip(nodes, pending, strict=True)]


def _received(pending: Any) -> NodeReport:
    import ray

    try:
        report: NodeReport = ray.get(pending, timeout=0)
        return report
    except ray.exceptions.GetTimeoutError:
        return NodeReport({}, f"has not answered within {_REPORT_S:g} s")
    except ray.exceptions.RayError as error:
        reason = str(error).strip().splitlines()[-1]
        return NodeReport({}, f"cannot be checked: {reason}")


@contextmanager
def tune_folder(results: Path | None) -> Iterator[Path]:
    """For Tune's own files, where every node sees it; None: a folder of this machine alone.

    Tune writes there only from this process, as packs give it no checkpoints.
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
