"""The results folder before a run: made, cleaned, and known to take files."""

from orchestrator.paths import SAMPLES, TABLES, ResultsPaths
from orchestrator.store.local.atomic_files import clean_leftovers, faults, write_text
from orchestrator.store.remote.object_io import put, remove


def prepare(paths: ResultsPaths, study: str) -> None:
    """Make the folders, remove what killed writers left, and try to write.

    Raises EnvironmentFault when a folder cannot be made, or it or the URI does not take files.
    """
    parts = [paths.store(name) for name in (*TABLES, SAMPLES)]
    for folder in (*parts, paths.study(study).root):
        with faults(folder, "make the folder"):
            folder.mkdir(parents=True, exist_ok=True)
        clean_leftovers(folder)
        probe = folder / ".writable"
        write_text(probe, "orch\n")
        with faults(probe, "remove"):
            probe.unlink(missing_ok=True)
    if paths.uri is not None:
        _try_uri(paths, study)


def _try_uri(paths: ResultsPaths, study: str) -> None:
    probe = paths.at(paths.study(study).root / ".writable")
    put(probe, b"orch\n")
    remove(probe)
