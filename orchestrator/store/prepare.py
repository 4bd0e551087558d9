"""Before a run: the folders of the results are created, cleaned and tested for writing."""

from orchestrator.files import clean_leftovers, faults, write_text
from orchestrator.paths import SAMPLES, TABLES, WEIGHTS, ResultsPaths
from orchestrator.store.remote.object_io import put, remove


def prepare(paths: ResultsPaths, study: str) -> None:
    """Make the folders, remove temporary files of killed writers, and write a test file in each.

    Raises EnvironmentFault when a folder cannot be made, or a folder or the URI not be written.
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
    clean_leftovers(paths.store(WEIGHTS))  # which is made where they are kept
    if paths.uri is not None:
        _try_uri(paths, study)


def _try_uri(paths: ResultsPaths, study: str) -> None:
    probe = paths.at(paths.study(study).root / ".writable")
    put(probe, b"orch\n")
    remove(probe)
