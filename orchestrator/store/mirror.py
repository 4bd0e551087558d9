"""The folder of this machine in which results at a URI are read: a copy of what is there."""

import os
import re
from hashlib import sha256
from pathlib import Path

from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.store.files import faults
from orchestrator.store.lock import is_held
from orchestrator.store.objects import Found
from orchestrator.store.transfer import copy, is_document, results_at


def mirrored(uri: str) -> ResultsPaths:
    """The results at a URI, with their mirror as it was left; `refresh` brings it up to date."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    words = re.sub(r"[^A-Za-z0-9]+", "-", uri.partition("?")[0]).strip("-")[:60]
    name = f"{words}-{sha256(uri.encode()).hexdigest()[:12]}"
    return ResultsPaths(Path(caches) / "orch" / "results" / name, uri)


def refresh(paths: ResultsPaths) -> None:
    """Make the mirror what the URI holds; nothing to do where results lie in a folder.

    The folder of a study that this machine runs stays: it is ahead of what was put up.
    Raises EnvironmentFault when the URI cannot be read.
    """
    if paths.uri is None:
        return
    there = results_at(paths.uri)
    copy(paths.uri, paths.root, there, lambda name: _is_ahead(paths, name))
    _forget(paths, there)


def _is_ahead(paths: ResultsPaths, name: str) -> bool:
    study, inside, _ = name.partition("/")
    return bool(inside) and study != "store" and is_held(paths.study(study).lock)


def _forget(paths: ResultsPaths, there: dict[str, Found]) -> None:
    """Remove what was removed there."""
    for file in _copies(paths):
        name = file.relative_to(paths.root).as_posix()
        if name not in there and not _is_ahead(paths, name):
            with faults(file, "remove"):
                file.unlink(missing_ok=True)


def _copies(paths: ResultsPaths) -> list[Path]:
    parts = [file for table in TABLES for file in paths.store(table).glob("[!.]*.parquet")]
    files = [file for file in paths.root.glob("[!.]*/*") if file.is_file()]
    return parts + [file for file in files if is_document(file.relative_to(paths.root).as_posix())]
