"""`orch check`: what is wrong in a study file."""

import json

from orchestrator.plan.identity import data_digests
from orchestrator.study.describe import plural
from orchestrator.study.load import load_study


def check(study: str, *, as_json: bool) -> int:
    """Exit code 0 for a good file; the problems of another one are raised as InputError."""
    loaded = load_study(study)
    data_digests(loaded)  # reads the data files that the study names; bad ones are raised
    variants, trials = len(loaded.variants), len(loaded.variants) * loaded.replicates
    if as_json:
        print(
            json.dumps(
                {"problems": [], "study": loaded.name, "variants": variants, "trials": trials}
            )
        )
    else:
        print(f"{loaded.path}: no problems")
        sizes = f"{plural(variants, 'variant')} × {plural(loaded.replicates, 'replicate')}"
        print(f"{sizes} = {plural(trials, 'trial')}")
    return 0
