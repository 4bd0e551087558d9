"""Environment variables: set for a while, or required."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from orchestrator.errors import EnvironmentFault


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set these variables of this process; their former values come back afterwards."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def require_home() -> None:
    """Raises EnvironmentFault for a user without a home folder: Ray Tune cannot be imported then.

    As in a container that runs under any user id (`docker run -u`), or after `env -i`.
    """
    try:
        Path.home()
    except RuntimeError as error:
        raise EnvironmentFault(
            "Ray needs a home folder, and this user has none: HOME is not set, and the user id "
            f"{os.getuid()} has no entry in the list of users\n"
            "    set HOME to a folder that you may write to, such as HOME=/tmp; or train with "
            "--inline, which needs no Ray"
        ) from error
