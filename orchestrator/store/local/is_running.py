"""Whether a study is running, as far as its folder shows."""

import time
from contextlib import suppress

from orchestrator.paths import StudyPaths
from orchestrator.store.journal import last_event
from orchestrator.store.local.lock import process_alive

_ENDS = ("study_finished", "interrupted")
LEASE_S = 150
"""A lease (driver.json, of a study at a URI) that is not renewed for so long has expired."""


def is_running(study: StudyPaths) -> bool:
    """Whether the last run has begun, not ended, and is alive.

    It is alive if the process named in the lock is, or while its lease has not expired. A process
    on another machine cannot be checked: without a lease it counts as alive.
    """
    event = last_event(study)
    if event is None or event.get("event") in _ENDS:
        return False
    with suppress(OSError):
        if (alive := process_alive(study.lock.read_text(errors="replace"))) is not None:
            return alive or _has_lease(study)
        return not study.driver.exists() or _has_lease(study)
    return _has_lease(study)


def _has_lease(study: StudyPaths) -> bool:
    with suppress(OSError):
        return time.time() - study.driver.stat().st_mtime < LEASE_S
    return False
