"""HOW models are trained: study → plan → training → execution → store, in the order of data."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orchestrator.notebook.open_study import OpenStudy
    from orchestrator.notebook.study import Study

__all__ = ["Study", "open_study"]


def open_study(study: str, results: str | Path | None = None) -> "OpenStudy":
    """A study that has been run, as tables and figures for a notebook.

    study: its name, or its study file.
    results: the folder or the URI, else $ORCH_RESULTS, else ./results.
    Raises InputError where it has not been run, EnvironmentFault for a table that cannot be read.
    """
    # and with it pandas and plotly, which take a second
    from orchestrator.notebook import open_study as notebook

    return notebook.open_study(study, results)


def __getattr__(name: str) -> Any:
    """`Study`, imported when it is first needed: importing the package loads nothing heavy."""
    if name == "Study":
        from orchestrator.notebook.study import Study

        return Study
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
