"""Waits for an autoscaler: reserves a placement group shaped like one pack until the cluster has
room for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestrator.execution.labels import required_labels
from orchestrator.execution.nodes import Cluster
from orchestrator.study.settings import Resources

_POLL_S = 1.0


def wait_for_room(
    cluster: Cluster, resources: Resources, timeout_s: float, check: Callable[[], None]
) -> Cluster:
    """The cluster as soon as it has room for a pack; else as it is after the timeout.

    check: called again and again meanwhile; raises to end the wait.
    """
    import ray

    end = time.monotonic() + timeout_s
    with _reserved(resources):
        while not cluster.has_room(resources) and time.monotonic() < end:
            time.sleep(_POLL_S)
            check()
            cluster = Cluster.of(cluster.address, ray.nodes())  # type: ignore[no-untyped-call]
    return cluster


@contextmanager
def _reserved(resources: Resources) -> Iterator[None]:
    """Request the room of one pack; it is free again afterwards."""
    from ray.util import placement_group, remove_placement_group

    each = {"CPU": resources.cpus, "GPU": resources.gpus}
    bundle = {name: float(number) for name, number in each.items() if number}
    bundles = [bundle] * resources.workers
    labels = [required_labels(resources)] * resources.workers
    group = placement_group(bundles, bundle_label_selector=labels)
    try:
        yield
    finally:
        remove_placement_group(group)
