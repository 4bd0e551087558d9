"""HOW models are trained: study → plan → training → execution → store, in the order of data."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.notebook import OpenStudy


def open_study(study: str, results: str | Path | None = None) -> "OpenStudy":
    """A study that has been run, as tables and figures for a notebook.

    study: its name, or its study file.
    results: the folder or the URI, else $ORCH_RESULTS, else ./results.
    Raises InputError where it has not been run, EnvironmentFault for a table that cannot be read.
    """
    from orchestrator import notebook  # and with it pandas and plotly, which take a second

    return notebook.open_study(study, results)
