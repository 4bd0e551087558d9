"""A trial of a study, found by its id or the first digits of it."""

from collections.abc import Sequence
from difflib import get_close_matches

from orchestrator.errors import InputError, Problem
from orchestrator.plan.records import Trial
from orchestrator.run.find_study import SHORTEST

_NEAREST = 3  # ids that are named when one is unknown


def find_trial(identifier: str, trials: Sequence[Trial], study: str) -> Trial:
    """The one with this id, or the only one whose id begins so. Raises InputError."""
    of = {trial.trial_id: trial for trial in trials}
    begins = [name for name in of if len(identifier) >= SHORTEST and name.startswith(identifier)]
    if len(begins) == 1:
        return of[begins[0]]
    near = begins or get_close_matches(identifier, of, _NEAREST, cutoff=0)
    named = ", ".join(f"{name} ({described(of[name])})" for name in near[:_NEAREST])
    what = f"{len(begins):,} trials of {study!r} begin so" if begins else f"no trial of {study!r}"
    digits = f"the id of a trial of this study, or at least {SHORTEST} digits of it"
    cure = f"nearest: {named}; `trial_id` in trials.parquet has all ids"
    raise InputError([Problem(f"--trial {identifier}", what, digits, cure)])


def described(trial: Trial) -> str:
    tuning = f"tuning point {trial.point}, " if trial.phase == "tuning" else ""
    return f"{trial.variant.label}, {tuning}replicate {trial.replicate}"
