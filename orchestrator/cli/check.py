"""`orch check`: what is wrong in a study file."""

import json
from typing import Any

from orchestrator.plan.document import fixed_settings
from orchestrator.plan.identity import data_digests
from orchestrator.study.load import load_study
from orchestrator.study.records import Study
from orchestrator.words import plural


def check(study: str, *, as_json: bool) -> int:
    """Exit code 0 for a good file; the problems of another one are raised as InputError."""
    loaded = load_study(study)
    data_digests(loaded)  # reads the data files that the study names; bad ones are raised
    if as_json:
        print(json.dumps(_document(loaded), ensure_ascii=False))
    else:
        print(f"{loaded.path}: no problems")
        replicates, tuning = plural(loaded.replicates, "replicate"), _tuning_trials(loaded)
        each = f"({tuning:,} of tuning + {replicates})" if tuning else replicates
        trials = plural(_trials(loaded), "trial")
        print(f"{plural(len(loaded.variants), 'variant')} × {each} = {trials}")
    return 0


def _trials(study: Study) -> int:
    return len(study.variants) * (study.replicates + _tuning_trials(study))


def _tuning_trials(study: Study) -> int:
    """Of each variant."""
    return study.tune.trials_per_variant if study.tune else 0


def _document(study: Study) -> dict[str, Any]:
    """What is compared, and what is fixed for all of it."""
    return {
        "problems": [],
        "study": study.name,
        "variants": len(study.variants),
        "trials": _trials(study),
        "design": study.design,
        "factors": {path: list(levels) for path, levels in study.factors.items()},
        "fixed": fixed_settings(study),
    }
