"""Calls a function that is a trial."""

import random
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsFloat

import numpy as np

from orchestrator.models.own.checkouts import apart
from orchestrator.models.own.importing import find_function, importable
from orchestrator.models.own.signature import arguments
from orchestrator.models.settings.own_trial import OwnFunction
from orchestrator.own_trials.attempt import Attempt
from orchestrator.own_trials.output import printed_to
from orchestrator.own_trials.reports import Diverged
from orchestrator.own_trials.running import RunningTrial

if TYPE_CHECKING:
    from orchestrator.training.probes.any_loop import Loss, Model

NUMPY_SEEDS = 2**32  # numpy's global generator takes seeds below it


class PlannedTrial(RunningTrial):
    """A trial of a study, in a worker."""

    def __init__(self, attempt: Attempt, settings: Mapping[str, Any]) -> None:
        self._reports, self._checkpoint = attempt.reports, attempt.checkpoint
        trial, resumed = attempt.trial, attempt.checkpoint.restore(attempt.reports)
        super().__init__(
            trial.seed_name,
            attempt.study_seed,
            trial.replicate,
            settings,
            attempt.device,
            attempt.folder,
            resumed,
        )
        self._resumed_after = attempt.reports.epochs_done
        self.stopped: BaseException | None = None  # by the run, whatever the function makes of it

    def report(self, metrics: Mapping[str, SupportsFloat], epoch: int | None = None) -> None:
        self._reports.add(metrics, epoch)
        self._pause()

    def probe(
        self,
        model: "Model",
        loss: "Loss",
        *,
        epoch: int,
        quantities: Collection[str] | None = None,
    ) -> None:
        self._reports.probed.add(model, loss, epoch, quantities)
        self._pause()

    def checkpoint(self, path: str | Path) -> None:
        self._checkpoint.keep(Path(path), self._reports)

    def _pause(self) -> None:
        """Say how far the trial is; raises what ends it."""
        policy = self._checkpoint.policy
        if policy is None:
            return
        try:
            with self._checkpoint.written_if_stopped():
                epochs = self.settings.get("epochs")
                policy.pause(self._reports.reached(epochs, self._resumed_after))
        except BaseException as stop:
            self.stopped = stop
            raise


def call(own: OwnFunction, attempt: Attempt) -> None:
    """Call the function; what it reports is in `attempt.reports`.

    Raises what it raises, but for `Diverged`.
    """
    function, given = find_function(own.code), arguments(own)
    running = PlannedTrial(attempt, given)
    run = partial(function, running, **given)
    with (
        apart(own.code),
        importable(own.code.folders),
        printed_to(attempt.output),
        seeded_generators(running.seed),
    ):
        try:
            run()
        except Diverged:
            if not attempt.reports.diverged:
                raise
        except BaseException:
            if running.stopped:
                raise running.stopped from None
            raise
    if running.stopped:
        raise running.stopped


@contextmanager
def seeded_generators(seed: int) -> Iterator[None]:
    """Seed the global generators of Python, numpy and torch, and leave them as they were.

    A function that seeds nothing gives the same results again, in any worker. torch is not imported
    for it: a function without torch may need a moment only.
    """
    if "torch" in sys.modules:
        from orchestrator.training.global_random import kept_generators, seed_generators

        with kept_generators():
            seed_generators(seed)
            yield
        return
    of_python, of_numpy = random.getstate(), np.random.get_state(legacy=True)  # noqa: NPY002
    random.seed(seed)
    np.random.seed(seed % NUMPY_SEEDS)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(of_python)
        np.random.set_state(of_numpy)  # noqa: NPY002
