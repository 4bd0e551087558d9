"""`orch check`: what is wrong in a study file."""

import json
from typing import Any

from orchestrator.plan.document import fixed_settings
from orchestrator.plan.identity import data_digests
from orchestrator.study.load import load_study
from orchestrator.study.records import Study
from orchestrator.study.size import size_of


def check(study: str, *, as_json: bool) -> int:
    """Exit code 0 for a good file; the problems of another one are raised as InputError."""
    loaded = load_study(study)
    data_digests(loaded)  # reads the data files that the study names; bad ones are raised
    if as_json:
        print(json.dumps(_document(loaded), ensure_ascii=False))
    else:
        print(f"{loaded.path}: no problems")
        print(size_of(loaded))
    return 0


def _document(study: Study) -> dict[str, Any]:
    """What is compared, and what is fixed for all of it."""
    return {
        "problems": [],
        "study": study.name,
        "variants": len(study.variants),
        "trials": size_of(study).trials,
        "design": study.design,
        "factors": {path: list(levels) for path, levels in study.factors.items()},
        "fixed": fixed_settings(study),
    }
