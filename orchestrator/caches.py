"""Where orch keeps on this machine what it can make again."""

import os
from pathlib import Path

from orchestrator.errors import EnvironmentFault


def cache_folder(kind: str, what: str) -> Path:
    """$XDG_CACHE_HOME/orch/<kind>, else ~/.cache/orch/<kind>; it may not exist yet.

    what: is kept there, for the message. Raises EnvironmentFault where there is no home folder.
    """
    return Path(os.environ.get("XDG_CACHE_HOME") or _home(what) / ".cache") / "orch" / kind


def _home(what: str) -> Path:
    try:
        return Path.home()
    except RuntimeError as error:  # no HOME, and no such user: `docker run -u`
        raise EnvironmentFault(
            f"this user has no home folder, where {what} is kept\n"
            "    set HOME or XDG_CACHE_HOME to a folder that you may write to"
        ) from error
