"""Room that a Ray does not have yet: asked for as packs will, so that an autoscaler makes it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.execution.ray.labels import wanted
from orchestrator.execution.ray.nodes import Cluster
from orchestrator.study.settings import Resources

_LOOK_S = 1.0


def awaited(cluster: Cluster, asked: Resources, patience_s: float) -> Cluster:
    """The cluster as soon as it has room for a pack; as it is by then, if that takes longer."""
    import ray

    end = time.monotonic() + patience_s
    with _asked_for(asked):
        while not cluster.has_room(asked) and time.monotonic() < end:
            time.sleep(_LOOK_S)
            cluster = Cluster.of(cluster.address, ray.nodes())  # type: ignore[no-untyped-call]
    return cluster


@contextmanager
def _asked_for(asked: Resources) -> Iterator[None]:
    """The room of one pack is reserved, once it is there, and free again afterwards."""
    from ray.util import placement_group, remove_placement_group

    each = {"CPU": asked.cpus, "GPU": asked.gpus}
    bundle = {name: float(number) for name, number in each.items() if number}
    bundles, labels = [bundle] * asked.workers, [wanted(asked)] * asked.workers
    group = placement_group(bundles, bundle_label_selector=labels)
    try:
        yield
    finally:
        remove_placement_group(group)
