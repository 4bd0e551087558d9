"""HOW models are trained: study → plan → training → execution → store, in the order of data."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

    from orchestrator.notebook.open_study import OpenStudy
    from orchestrator.notebook.study import Study
    from orchestrator.own_trials.standalone import StandaloneTrial

__all__ = ["Study", "load_model", "open_study", "standalone"]


def open_study(study: str, results: str | Path | None = None) -> "OpenStudy":
    """A study that has been run, as tables and figures for a notebook.

    study: its name, or its study file.
    results: the folder or the URI, else $ORCH_RESULTS, else ./results.
    Raises InputError where it has not been run, EnvironmentFault for a table that cannot be read.
    """
    # and with it pandas and plotly, which take a second
    from orchestrator.notebook import open_study as notebook

    return notebook.open_study(study, results)


def standalone(
    seed: int = 0,
    *,
    device: str = "cpu",
    folder: str | Path | None = None,
    resume_from: str | Path | None = None,
) -> "StandaloneTrial":
    """A trial without a study, for a function that is one: `train(standalone(seed=0), lr=0.1)`.

    seed: counts as the number of the replicate; the function gets that replicate's seeds.
    folder: made if it is not there; left out, a temporary one.   resume_from: a checkpoint.
    It prints what is reported, and has it as `reports`: epoch → metric → value.
    """
    from orchestrator.own_trials.standalone import StandaloneTrial

    return StandaloneTrial(seed, device=device, folder=folder, resume_from=resume_from)


def load_model(study: str, trial_id: str, results: str | Path | None = None) -> "nn.Module":
    """The trained network of one trial, in evaluation mode, on the CPU.

    study: its name, or its study file; it was run with `keep: {weights: last}` or `best`. Own code
        is found beside the file, or in the current folder.
    trial_id: as in trials.parquet, or its first digits.
    Raises InputError for an unknown study or trial, EnvironmentFault where its weights are not
    there or damaged.
    """
    from orchestrator.notebook import load_model as notebook

    return notebook.load_model(study, trial_id, results)


def __getattr__(name: str) -> Any:
    """`Study`, imported when it is first needed: importing the package loads nothing heavy."""
    if name == "Study":
        from orchestrator.notebook.study import Study

        return Study
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
