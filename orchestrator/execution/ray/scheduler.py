"""Which pack Ray Tune gives to a worker that is free. Imported once Ray runs."""

from contextlib import suppress
from typing import Any

from ray.tune.schedulers import FIFOScheduler


class InTurn(FIFOScheduler):
    """Packs in their order, but none whose own worker is starting goes to one that is there.

    Tune would end the worker that starts, start another for the next pack, and end that one again:
    where packs are shorter than a start, a CPU is busy with nothing else. Should Ray rename what is
    asked here, only time is lost.
    """

    def choose_trial_to_run(self, tune_controller: Any) -> Any:
        with suppress(AttributeError):
            actors, manager = tune_controller._trial_to_actor, tune_controller._actor_manager
            for trial in tune_controller.get_trials():
                own = actors.get(trial)
                if trial.status == "PENDING" and not (own and manager.is_actor_started(own)):
                    return trial
            return None
        return super().choose_trial_to_run(tune_controller)
