"""Where results go: --results, else $ORCH_RESULTS, else ./results. A folder, or a URI."""

import os
from pathlib import Path

from orchestrator.addresses import is_uri, local_path, problems
from orchestrator.errors import InputError, Problem
from orchestrator.paths import Location, ResultsPaths


def results_paths(given: Location | None) -> ResultsPaths:
    """The results folder; of a URI its mirror on this machine, as it was left.

    Raises InputError for a URI that cannot be one.
    """
    flag = "--results" if given is not None else "ORCH_RESULTS"
    place = str(given) if given is not None else os.environ.get("ORCH_RESULTS") or "results"
    if not is_uri(place):
        return ResultsPaths(_folder(place, flag))
    if wrong := list(problems(place, flag)):
        raise InputError(wrong)
    if (folder := local_path(place)) is not None:
        return ResultsPaths(Path(folder))
    from orchestrator.store.remote.mirror import mirrored

    return mirrored(place)


def _folder(place: str, flag: str) -> Path:
    """Raises InputError for a path that cannot be one, or that Parquet files cannot be read at."""
    if not place:
        raise InputError([Problem(flag, "the value is empty", cure="name a folder, such as '.'")])
    folder = expanded(Path(place), flag)
    try:
        str(folder.absolute()).encode()
    except UnicodeEncodeError as error:
        what = f"the path {str(folder.absolute())!r} is not UTF-8"
        raise InputError([Problem(flag, what, cure="choose another folder")]) from error
    return folder


def expanded(path: Path, flag: str) -> Path:
    """With ~ replaced. Raises InputError for `~name` of no user, or for `~` without a home."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        cure = "write the path from / on; set HOME for ~"
        raise InputError([Problem(flag, f"{str(path)!r}: {error}", cure=cure)]) from error


def results_now(given: Location | None) -> ResultsPaths:
    """The same, with the mirror brought up to date. Raises EnvironmentFault where it cannot be."""
    paths = results_paths(given)
    if paths.uri is not None:
        from orchestrator.store.remote.mirror import refresh

        refresh(paths)
    return paths
