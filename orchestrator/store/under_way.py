"""Whether a study is being run at this moment, as far as its folder tells."""

import re
import socket
from contextlib import suppress

from orchestrator.paths import StudyPaths
from orchestrator.store.files import alive
from orchestrator.store.journal import last_event

_ENDS = ("study_finished", "interrupted")
_HOLDER = re.compile(r"process (\d+) on (.+)")  # as store/lock.py writes it


def under_way(study: StudyPaths) -> bool:
    """The last run has not told of its end, and its process lives.

    Of a process on another machine nobody can tell; it counts as alive.
    """
    event = last_event(study)
    if event is None or event.get("event") in _ENDS:
        return False
    with suppress(OSError):
        found = _HOLDER.match(study.lock.read_text(errors="replace"))
        if found:
            return found[2].strip() != socket.gethostname() or alive(int(found[1]))
    return False
