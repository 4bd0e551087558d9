"""Whether a study is being run at this moment, as far as its folder tells."""

import time
from contextlib import suppress

from orchestrator.paths import StudyPaths
from orchestrator.store.journal import last_event
from orchestrator.store.local.lock import lives

_ENDS = ("study_finished", "interrupted")
LOST_AFTER_S = 150
"""Without a sign of life, a driver that runs a study at a URI counts as gone."""


def under_way(study: StudyPaths) -> bool:
    """The last run has not told of its end, and its process lives.

    Of a process on another machine nobody can tell; it counts as alive. At a URI it gives signs.
    """
    event = last_event(study)
    if event is None or event.get("event") in _ENDS:
        return False
    with suppress(OSError):
        if (living := lives(study.lock.read_text(errors="replace"))) is not None:
            return living or _gives_signs(study)
        return not study.driver.exists() or _gives_signs(study)
    return _gives_signs(study)


def _gives_signs(study: StudyPaths) -> bool:
    with suppress(OSError):
        return time.time() - study.driver.stat().st_mtime < LOST_AFTER_S
    return False
