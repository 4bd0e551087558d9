"""What own trials have printed: one compressed file per trial, beside the parts of the store."""

import gzip

from orchestrator.paths import ResultsPaths
from orchestrator.store.remote.object_io import get, put


def write_log(paths: ResultsPaths, trial_id: str, log: bytes) -> None:
    """Raises EnvironmentFault when it cannot be written."""
    put(paths.at(paths.log(trial_id)), gzip.compress(log, mtime=0))


def read_log(paths: ResultsPaths, trial_id: str) -> bytes | None:
    """None where the store has none of this trial."""
    found = get(paths.at(paths.log(trial_id)))
    return None if found is None else gzip.decompress(found)
