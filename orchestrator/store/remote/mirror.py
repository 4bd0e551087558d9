"""The mirror: a folder on this machine with a copy of the results at a URI, to be read there."""

import re
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from orchestrator.caches import cache_folder
from orchestrator.files import faults
from orchestrator.path_names import is_safe_name
from orchestrator.paths import PREDICTIONS, TABLES, ResultsPaths
from orchestrator.store.local.lock import is_held
from orchestrator.store.remote.object_io import ObjectInfo, put
from orchestrator.store.remote.sync import copy, push, results_at


def mirrored(uri: str) -> ResultsPaths:
    """Paths of the results at a URI in their mirror, which `refresh` brings up to date.

    The mirror is in $XDG_CACHE_HOME/orch/results, else ~/.cache/orch/results.
    """
    caches = cache_folder("results", "a copy of the results at a URI")
    words = re.sub(r"[^A-Za-z0-9]+", "-", uri.partition("?")[0]).strip("-")[:60]
    name = f"{words}-{sha256(uri.encode()).hexdigest()[:12]}"
    return ResultsPaths(caches / name, uri)


def refresh(paths: ResultsPaths) -> None:
    """Update the mirror from the URI. Results in a folder have no mirror: nothing to do.

    Raises EnvironmentFault when the URI cannot be read or the mirror not be written.
    """
    if paths.uri is None:
        return
    there = results_at(paths.uri)
    copy(paths.uri, paths.root, there, lambda name: _is_ahead(paths, name, there[name]))
    _forget(paths, there)


def push_study(paths: ResultsPaths, study: str, *, by_driver: bool = False) -> None:
    """Upload what has changed in the folder of a study, and the index.

    by_driver: this process runs the study. Others leave out the files that only a run writes.
    Raises EnvironmentFault when the URI cannot be written.
    """
    if paths.uri is None:
        return
    folder = paths.study(study)
    of_run = () if by_driver else (folder.study, folder.plan, folder.events)
    push(folder.root, paths.at(folder.root), {file.name for file in (folder.driver, *of_run)})
    if paths.index.exists():
        put(paths.at(paths.index), paths.index.read_bytes())


def _is_ahead(paths: ResultsPaths, name: str, found: ObjectInfo) -> bool:
    """Whether this machine runs the study, or has written the file after the object was."""
    study, inside, _ = name.partition("/")
    if study == "store" or not inside:
        return False
    with suppress(OSError):
        if (paths.root / name).stat().st_mtime_ns > found.changed_ns:
            return True
    return is_held(paths.study(study).lock)


def _forget(paths: ResultsPaths, there: Mapping[str, ObjectInfo]) -> None:
    """Remove from the mirror what no longer exists at the URI: packs, leases, whole studies."""
    kept = [*TABLES, PREDICTIONS]
    parts = [file for table in kept for file in paths.store(table).glob("[!.]*.parquet")]
    names = [plan.parent.name for plan in paths.root.glob("*/plan.json")]
    studies = [paths.study(name) for name in names if is_safe_name(name)]
    lost = [study for study in studies if _name(paths, study.plan) not in there]
    leases = [study.driver for study in studies if study.driver.exists()]
    for file in [*parts, *leases]:
        if _name(paths, file) not in there:
            with faults(file, "remove"):
                file.unlink(missing_ok=True)
    for study in lost:
        if not is_held(study.lock):
            with faults(study.root, "remove"):
                rmtree(study.root)


def _name(paths: ResultsPaths, file: Path) -> str:
    return file.relative_to(paths.root).as_posix()
