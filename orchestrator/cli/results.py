"""Where results go: --results, else $ORCH_RESULTS, else ./results."""

import os
from pathlib import Path

from orchestrator.errors import InputError, Problem
from orchestrator.paths import ResultsPaths


def results_paths(given: Path | None) -> ResultsPaths:
    """The results folder. Raises InputError for an address that is no local folder."""
    flag = "--results" if given is not None else "ORCH_RESULTS"
    place = str(given) if given is not None else os.environ.get("ORCH_RESULTS") or "results"
    if ":/" in place:
        problem = Problem(flag, f"{place!r} is no local folder", "the path of a folder")
        raise InputError([problem])
    return ResultsPaths(Path(place).expanduser())
