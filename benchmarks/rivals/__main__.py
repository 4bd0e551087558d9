"""`python -m benchmarks.rivals NAME WORK TRIALS`: one rival does the work, in its own process."""

import logging
import os
import sys

from benchmarks.rivals import loop, stacked, tune
from benchmarks.rivals.work import Net, nets


def one_by_one(nets: list[Net]) -> None:
    """In one process."""
    for net in nets:
        list(loop.train(net))


def with_joblib(nets: list[Net]) -> None:
    """A process a core; benchopt and Hydra's joblib launcher come near it."""
    from joblib import Parallel, delayed

    Parallel(n_jobs=os.cpu_count())(delayed(_curve)(net) for net in nets)


def ray_alone(nets: list[Net]) -> None:
    """What Ray needs to start and stop, with one empty task on every core."""
    import ray

    ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    nothing = ray.remote(lambda: None)
    ray.get([nothing.remote() for _ in range(os.cpu_count() or 1)])
    ray.shutdown()


def _curve(net: Net) -> list[dict[str, float]]:
    return list(loop.train(net))


RIVALS = {
    "plain_tune": tune.plain,
    "tuned_tune": tune.tuned,
    "joblib": with_joblib,
    "loop": one_by_one,
    "stacked_by_hand": stacked.run,
    "stacked_backward": stacked.run_with_own_backward,
    "ray_alone": ray_alone,
}

if __name__ == "__main__":
    name, work, trials = sys.argv[1:]
    RIVALS[name](nets(work, int(trials)))
