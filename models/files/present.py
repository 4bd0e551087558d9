"""Checks the files that the user's task names."""

from orchestrator.models.files.errors import DataError
from orchestrator.models.settings.base import TaskSettings


def check(task: TaskSettings) -> None:
    """Raises DataError if one of them is not there or cannot be read."""
    for path in task.files:
        try:
            path.open("rb").close()
        except OSError as error:
            what = f"a file of the task {task.name}: {error.strerror}"
            raise DataError(path, what) from error
