"""How many packs this machine trains at a time."""

import os


def local_workers(cpus_per_pack: float) -> int:
    """At least one. Counts the cores that this process may use, which containers restrict."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, int((available or 1) // cpus_per_pack))
