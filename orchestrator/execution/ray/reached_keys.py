"""How far packs are: workers write it into keys of the cluster, the driver reads them."""

import json
import time
from dataclasses import asdict

from orchestrator.execution.ray.internals import ClusterKeys
from orchestrator.training.checkpoint_policy import Reached

_EVERY_S = 1.0
_MOST_SHARE = 0.05  # of the driver's time that reading may take: a cluster can have many workers


class ReachedKeys:
    """One key per worker. name: as that of the run's stop signal, which removes them at the end."""

    def __init__(self, name: str) -> None:
        self.prefix = f"{name}/reached/".encode()
        self.next_at = 0.0

    def put(self, worker: str, pack_id: str, reached: Reached) -> None:
        value = json.dumps({"pack_id": pack_id, **asdict(reached)})
        ClusterKeys.put(self.prefix + worker.encode(), value.encode())

    def read(self) -> dict[str, Reached]:
        """By pack id; empty if it was read a moment ago."""
        started = time.monotonic()
        if started < self.next_at:
            return {}
        values = [json.loads(value) for value in ClusterKeys.values(self.prefix)]
        ended = time.monotonic()
        self.next_at = ended + max(_EVERY_S, (ended - started) / _MOST_SHARE)
        return {value.pop("pack_id"): Reached(**value) for value in values}
