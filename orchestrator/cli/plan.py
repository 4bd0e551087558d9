"""`orch plan`: what a run would train, what is there already, and what it could show."""

import json
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestrator.cli.detectable import Detectable, checked, find_detectable
from orchestrator.cli.results import results_paths
from orchestrator.errors import EnvironmentFault
from orchestrator.execution.capacity import Capacity
from orchestrator.paths import ResultsPaths
from orchestrator.plan.cost import training_steps
from orchestrator.plan.document import plan_document
from orchestrator.plan.make import make_plan
from orchestrator.plan.power import attainable
from orchestrator.plan.records import Plan
from orchestrator.store.journal import read_plan
from orchestrator.study.load import Overrides, load_study
from orchestrator.study.records import Study


def plan(
    study: str,
    *,
    overrides: Overrides,
    results: Path | None,
    spread: float | None,
    as_json: bool,
) -> int:
    """Prints the plan; nothing is trained or written."""
    checked(spread)
    loaded = load_study(study, overrides)
    paths = results_paths(results)
    earlier = read_plan(paths.study(loaded.name))
    workers = _workers(loaded)
    made = make_plan(loaded, _statuses(paths), workers, earlier)
    detectable = find_detectable(loaded, paths.study(loaded.name), spread)
    if as_json:
        print(json.dumps(_document(made, workers, detectable), indent=2, ensure_ascii=False))
    else:
        from orchestrator.cli.plan_table import show

        show(made, workers, detectable)
    return 0


def _workers(study: Study) -> int:
    """Packs at a time on this machine. A plan for another, larger machine is worth seeing too."""
    try:
        return Capacity.here().workers(study.resources)
    except EnvironmentFault as fault:
        warnings.warn(str(fault), stacklevel=2)
        return 1


def _statuses(paths: ResultsPaths) -> Mapping[str, str]:
    if not paths.store("trials").exists():
        return {}  # and pyarrow is not needed
    from orchestrator.store.parts import statuses

    return statuses(paths)


def _document(made: Plan, workers: int, detectable: Detectable | None) -> dict[str, Any]:
    """plan.json, and what is known of each trial."""
    power = attainable(made.study)
    return {
        **plan_document(made),
        "states": dict(made.states),
        "reasons": dict(made.reasons),
        "cost": {
            "trials": len(made.trials),
            **{state: count for state, count in counted(made).items()},
            "packs": len(made.packs),
            "workers": workers,
            "training_steps": steps_to_do(made),
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


def counted(made: Plan) -> dict[str, int]:
    """Trials in each state."""
    counts = Counter(made.states.values())
    return {"new": counts["new"], "done": counts["done"], "invalidated": counts["invalidated"]}


def steps_to_do(made: Plan) -> int:
    """Optimizer steps of all trials that are to be trained, each counted by itself."""
    variants = Counter(trial.variant.variant_id for pack in made.packs for trial in pack.trials)
    settings = {v.variant_id: v.settings.flat for v in made.study.variants}
    return sum(count * training_steps(settings[variant]) for variant, count in variants.items())
