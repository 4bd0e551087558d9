"""`orch schema`: the JSON Schema of study files."""

import json

from orchestrator.study.docs.json_schema import study_schema


def schema() -> int:
    """Prints it; editors check a study with it while it is written."""
    print(json.dumps(study_schema(), indent=2, ensure_ascii=False))
    return 0
