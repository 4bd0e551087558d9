"""What a run would do, and what the study could show then. Nothing is trained or written."""

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.ray.this_machine import capacity_for
from orchestrator.paths import ResultsPaths
from orchestrator.plan.document import plan_document
from orchestrator.plan.duration import Prediction
from orchestrator.plan.power import attainable
from orchestrator.plan.records import Plan
from orchestrator.run.outlook.estimate import calibrated, predicted, speeds_of
from orchestrator.run.outlook.power import Detectable, checked, find_detectable
from orchestrator.run.plan_counts import all_trials, count_states, steps_to_do
from orchestrator.run.planning import plan_from_store
from orchestrator.store.journal import read_plan
from orchestrator.study.records import Study


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan, with what it costs and what it could show."""

    plan: Plan
    workers: int  # packs at a time on this machine
    prediction: Prediction | None
    detectable: Detectable | None

    def to_json(self) -> dict[str, Any]:
        """plan.json, and what is known of each trial; only a run records the git state."""
        plan, power = self.plan, attainable(self.plan.study)
        planned = plan_document(plan).to_json()
        del planned["git"]
        return {
            **planned,
            "states": dict(plan.states),
            "reasons": dict(plan.reasons),
            "cost": {
                "trials": all_trials(plan),
                **count_states(plan),
                "to_come": plan.to_come,
                "pending": plan.pending,
                "packs": len(plan.packs),
                "workers": self.workers,
                "training_steps": steps_to_do(plan) if plan.study.loops else None,
                "predicted": asdict(self.prediction) if self.prediction else None,
            },
            "power": {
                "replicates": power.replicates,
                "contrasts": power.contrasts,
                "smallest_p": power.smallest_p,
                "smallest_p_adjusted": power.smallest_p_adjusted,
                "replicates_needed": power.replicates_needed,
                "descriptive_only": power.descriptive_only,
                "detectable": asdict(self.detectable) if self.detectable else None,
            },
        }


def preview(
    study: Study,
    paths: ResultsPaths,
    spread: float | None = None,
    calibrate: Callable[[str], None] | None = None,
) -> Preview:
    """spread: sd of paired differences, where nothing has been measured.
    calibrate: takes a line before each pack of which an epoch is measured; None measures nothing.

    Raises InputError for a bad data file or spread.
    """
    checked(spread)
    earlier = read_plan(paths.study(study.name))
    workers, speeds = _workers(study), speeds_of(study, paths)
    plan = plan_from_store(study, paths, workers, earlier, speeds=speeds)
    known = calibrated(plan, speeds, paths, calibrate) if calibrate else speeds
    detectable = find_detectable(study, paths.study(study.name), spread)
    return Preview(plan, workers, predicted(plan, known, workers), detectable)


def _workers(study: Study) -> int:
    """A plan for another, larger machine is worth seeing too."""
    try:
        return capacity_for(study.resources).workers(study.resources)
    except EnvironmentFault as fault:
        warnings.warn(str(fault), stacklevel=2)
        return 1
