"""`orch plan`: what a run would train, what is there already, and what it could show."""

import sys

from pydantic_core import to_json

from orchestrator.paths import Location
from orchestrator.run.outlook.power import checked
from orchestrator.run.outlook.preview import preview
from orchestrator.run.results_location import results_now
from orchestrator.study.load import Overrides, load_study


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
    found = preview(loaded, results_now(results), spread, _tell if calibrates else None)
    if as_json:
        print(to_json(found.to_json(), indent=2).decode())  # six times as fast as Python's own
    else:
        from orchestrator.cli.plan_table import show

        show(found)
    return 0


def _tell(line: str) -> None:
    """On stderr: stdout may be one JSON document."""
    print(line, file=sys.stderr)
