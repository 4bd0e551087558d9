"""The folder of this machine in which results at a URI are read: a copy of what is there."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.store.local.atomic_files import faults
from orchestrator.store.local.lock import is_held
from orchestrator.store.remote.object_io import Found, put
from orchestrator.store.remote.sync import copy, push, results_at


def mirrored(uri: str) -> ResultsPaths:
    """The results at a URI, with their mirror as it was left; `refresh` brings it up to date."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    words = re.sub(r"[^A-Za-z0-9]+", "-", uri.partition("?")[0]).strip("-")[:60]
    name = f"{words}-{sha256(uri.encode()).hexdigest()[:12]}"
    return ResultsPaths(Path(caches) / "orch" / "results" / name, uri)


def refresh(paths: ResultsPaths) -> None:
    """Make the mirror what the URI holds; nothing to do where results lie in a folder.

    Raises EnvironmentFault when the URI cannot be read.
    """
    if paths.uri is None:
        return
    there = results_at(paths.uri)
    copy(paths.uri, paths.root, there, lambda name: _is_ahead(paths, name, there[name]))
    _forget(paths, there)


def put_up(paths: ResultsPaths, study: str, *, drives: bool = False) -> None:
    """Put the folder of a study there, as far as it has changed, and the index.

    drives: this process runs the study; else what its driver writes is left alone.
    Raises EnvironmentFault when the URI cannot be written.
    """
    if paths.uri is None:
        return
    folder = paths.study(study)
    drivers = () if drives else (folder.study, folder.plan, folder.events)
    push(folder.root, paths.at(folder.root), {file.name for file in (folder.driver, *drivers)})
    if paths.index.exists():
        put(paths.at(paths.index), paths.index.read_bytes())


def _is_ahead(paths: ResultsPaths, name: str, found: Found) -> bool:
    """A study that this machine runs, or a page that it has built since."""
    study, inside, _ = name.partition("/")
    if study == "store" or not inside:
        return False
    with suppress(OSError):
        if (paths.root / name).stat().st_mtime_ns > found.changed_ns:
            return True
    return is_held(paths.study(study).lock)


def _forget(paths: ResultsPaths, there: Mapping[str, Found]) -> None:
    """Remove what was removed there: parts, notes of drivers, and whole studies."""
    parts = [file for table in TABLES for file in paths.store(table).glob("[!.]*.parquet")]
    studies = [paths.study(plan.parent.name) for plan in paths.root.glob("*/plan.json")]
    lost = [study for study in studies if _name(paths, study.plan) not in there]
    notes = [study.driver for study in studies if study.driver.exists()]
    for file in [*parts, *notes]:
        if _name(paths, file) not in there:
            with faults(file, "remove"):
                file.unlink(missing_ok=True)
    for study in lost:
        if not is_held(study.lock):
            with faults(study.root, "remove"):
                rmtree(study.root)


def _name(paths: ResultsPaths, file: Path) -> str:
    return file.relative_to(paths.root).as_posix()
