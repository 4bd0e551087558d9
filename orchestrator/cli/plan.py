"""`orch plan`: what a run would train, what is there already, and what it could show."""

import sys
import warnings
from dataclasses import asdict
from typing import Any

from pydantic_core import to_json

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.ray.this_machine import capacity_for
from orchestrator.paths import Location
from orchestrator.plan.document import plan_document
from orchestrator.plan.duration import Prediction
from orchestrator.plan.power import attainable
from orchestrator.plan.records import Plan
from orchestrator.run.estimate import calibrated, predicted, speeds_of
from orchestrator.run.plan_counts import all_trials, count_states, steps_to_do
from orchestrator.run.planning import plan_from_store
from orchestrator.run.power import Detectable, checked, find_detectable
from orchestrator.run.results_location import results_now
from orchestrator.store.journal import read_plan
from orchestrator.study.load import Overrides, load_study
from orchestrator.study.records import Study


def plan(
    study: str,
    *,
    overrides: Overrides,
    results: Location | None,
    spread: float | None,
    calibrates: bool,
    as_json: bool,
) -> int:
    """Prints the plan; nothing is trained or written."""
    checked(spread)
    loaded = load_study(study, overrides)
    paths = results_now(results)
    earlier = read_plan(paths.study(loaded.name))
    workers = _workers(loaded)
    speeds = speeds_of(loaded, paths)
    made = plan_from_store(loaded, paths, workers, earlier, speeds=speeds)
    known = calibrated(made, speeds, paths, _tell) if calibrates else speeds
    prediction = predicted(made, known, workers)
    detectable = find_detectable(loaded, paths.study(loaded.name), spread)
    if as_json:
        document = _document(made, workers, prediction, detectable)
        print(to_json(document, indent=2).decode())  # six times as fast as Python's own
    else:
        from orchestrator.cli.plan_table import show

        show(made, workers, prediction, detectable)
    return 0


def _tell(line: str) -> None:
    """On stderr: stdout may be one JSON document."""
    print(line, file=sys.stderr)


def _workers(study: Study) -> int:
    """Packs at a time on this machine. A plan for another, larger machine is worth seeing too."""
    try:
        return capacity_for(study.resources).workers(study.resources)
    except EnvironmentFault as fault:
        warnings.warn(str(fault), stacklevel=2)
        return 1


def _document(
    made: Plan, workers: int, prediction: Prediction | None, detectable: Detectable | None
) -> dict[str, Any]:
    """plan.json, and what is known of each trial; only a run records the git state."""
    power = attainable(made.study)
    planned = plan_document(made).to_json()
    del planned["git"]
    return {
        **planned,
        "states": dict(made.states),
        "reasons": dict(made.reasons),
        "cost": {
            "trials": all_trials(made),
            **count_states(made),
            "to_come": made.to_come,
            "pending": made.pending,
            "packs": len(made.packs),
            "workers": workers,
            "training_steps": steps_to_do(made),
            "predicted": asdict(prediction) if prediction else None,
        },
        "power": {
            "replicates": power.replicates,
            "contrasts": power.contrasts,
            "smallest_p": power.smallest_p,
            "smallest_p_adjusted": power.smallest_p_adjusted,
            "replicates_needed": power.replicates_needed,
            "descriptive_only": power.descriptive_only,
            "detectable": asdict(detectable) if detectable else None,
        },
    }
