"""Fetches what a study's tasks download, once, before many workers would do it side by side."""

from collections.abc import Iterable

from orchestrator.errors import EnvironmentFault
from orchestrator.models.files.downloads import fetch
from orchestrator.models.files.errors import DataError
from orchestrator.plan.records import Pack
from orchestrator.study.records import LoopSettings


def fetch_downloads(packs: Iterable[Pack]) -> None:
    """Only what these packs need and this machine does not have. Raises EnvironmentFault."""
    settings = [pack.trials[0].variant.settings for pack in packs]
    names = {own.task.download for own in settings if isinstance(own, LoopSettings)}
    try:
        for name in sorted(filter(None, names)):
            fetch(name)
    except DataError as error:
        raise EnvironmentFault(str(error)) from error
