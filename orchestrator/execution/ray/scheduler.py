"""Chooses which pack a free worker of Ray Tune gets. Imported once Ray runs."""

from typing import Any

from ray.tune.schedulers import FIFOScheduler

from orchestrator.execution.ray.internals import is_starting


class InOrder(FIFOScheduler):
    """Packs in their order, but a pack whose own worker is starting waits for that worker.

    Tune would give it to a free worker, end the one that starts, start another for the next pack,
    and end that one too: where packs are shorter than a start, a CPU does nothing else.
    """

    def choose_trial_to_run(self, tune_controller: Any) -> Any:
        for trial in tune_controller.get_trials():
            if trial.status == "PENDING" and not is_starting(tune_controller, trial):
                return trial
        return None
