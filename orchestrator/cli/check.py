"""`orch check`: what is wrong in a study file."""

import json

from orchestrator.study.load import load_study


def check(study: str, *, as_json: bool) -> int:
    """Exit code 0 for a good file; the problems of another one are raised as InputError."""
    loaded = load_study(study)
    variants, trials = len(loaded.variants), len(loaded.variants) * loaded.replicates
    if as_json:
        print(
            json.dumps(
                {"problems": [], "study": loaded.name, "variants": variants, "trials": trials}
            )
        )
    else:
        print(f"{loaded.path}: no problems")
        print(f"{variants} variants × {loaded.replicates} replicates = {trials:,} trials")
    return 0
