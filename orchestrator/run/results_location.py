"""Where results go: --results, else $ORCH_RESULTS, else ./results. A folder, or a URI."""

import os
from pathlib import Path

from orchestrator.addresses import is_uri, local_path, problems
from orchestrator.errors import InputError
from orchestrator.paths import Location, ResultsPaths


def results_paths(given: Location | None) -> ResultsPaths:
    """The results folder; of a URI its mirror on this machine, as it was left.

    Raises InputError for a URI that cannot be one.
    """
    flag = "--results" if given is not None else "ORCH_RESULTS"
    place = str(given) if given is not None else os.environ.get("ORCH_RESULTS") or "results"
    if not is_uri(place):
        return ResultsPaths(Path(place).expanduser())
    if wrong := list(problems(place, flag)):
        raise InputError(wrong)
    if (folder := local_path(place)) is not None:
        return ResultsPaths(Path(folder))
    from orchestrator.store.remote.mirror import mirrored

    return mirrored(place)


def results_now(given: Location | None) -> ResultsPaths:
    """The same, with the mirror brought up to date. Raises EnvironmentFault where it cannot be."""
    paths = results_paths(given)
    if paths.uri is not None:
        from orchestrator.store.remote.mirror import refresh

        refresh(paths)
    return paths
