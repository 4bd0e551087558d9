"""One trial once more, alone in this process, beside what the store has of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from time import perf_counter

from orchestrator.errors import InputError, OrchError, Problem
from orchestrator.execution.local.inline import local_training
from orchestrator.execution.protocol import Job
from orchestrator.execution.ray.this_machine import capacity_for
from orchestrator.execution.worker.failures import describe
from orchestrator.paths import Location, ResultsPaths
from orchestrator.plan.identity import fingerprints
from orchestrator.plan.packs import make_packs
from orchestrator.plan.records import Trial
from orchestrator.run.display import SILENT, Display
from orchestrator.run.downloads import fetch_downloads
from orchestrator.run.find_study import SHORTEST
from orchestrator.run.planning import plan_from_store, require_method
from orchestrator.run.results_location import results_now
from orchestrator.store.trial import Measured, Stored, measured, read_stored
from orchestrator.study.load import NO_OVERRIDES, Overrides, load_study
from orchestrator.training.records import PackRows

_NEAREST = 3  # ids that are named when one is unknown


@dataclass(frozen=True, slots=True)
class Trained:
    """The trial as it came out this time."""

    status: str
    final: Mapping[str, float]
    values: Measured
    wall_s: float


@dataclass(frozen=True, slots=True)
class Rerun:
    """A trial that was trained again. Nothing was written."""

    trial_id: str
    trained: Trained | None  # None where it failed
    error: str  # why it failed, with the end of the traceback
    stored: Stored | None  # what the store has of it
    results: ResultsPaths

    @property
    def is_same(self) -> bool:
        """Its status and all metrics and gradients are bit for bit those in the store."""
        if self.trained is None or self.stored is None:
            return False
        here, there = self.trained, self.stored
        return (here.status, here.values) == (there.status, there.values)


def rerun(
    study: str,
    identifier: str,
    *,
    overrides: Overrides = NO_OVERRIDES,
    results: Location | None = None,
    display: Display = SILENT,
) -> Rerun:
    """Trains the trial alone, in this process.

    identifier: the trial's id, or its first digits.
    Raises InputError for an id that the study does not have, EnvironmentFault as a run does.
    """
    loaded = load_study(study, overrides)
    paths = results_now(results)
    prints = fingerprints(loaded)
    require_method(loaded)
    capacity_for(loaded.resources).workers(loaded.resources)
    plan = plan_from_store(loaded, paths, 1, None, prints=prints)
    trial = _find(identifier, plan.trials, loaded.name)
    (pack,) = make_packs(loaded, [trial], (), 1, prints)
    fetch_downloads([pack])
    display.say(f"trial {trial.trial_id} of {loaded.name}: {_described(trial)}")
    job = Job(paths.absolute.root, loaded.resources)
    started = perf_counter()
    try:
        rows = local_training(job)(pack, job, None)
    except OrchError:
        raise
    except (Exception, SystemExit) as error:  # a model is user's code and may raise anything
        return Rerun(trial.trial_id, None, describe(error), None, paths)
    if rows.trials["status"][0] == "failed":  # an own trial's
        return Rerun(trial.trial_id, None, str(rows.trials["error"][0]), None, paths)
    trained = _trained(rows, perf_counter() - started)
    return Rerun(trial.trial_id, trained, "", read_stored(paths, trial.trial_id), paths)


def _find(identifier: str, trials: Sequence[Trial], study: str) -> Trial:
    """The one with this id, or the only one whose id begins so."""
    of = {trial.trial_id: trial for trial in trials}
    begins = [name for name in of if len(identifier) >= SHORTEST and name.startswith(identifier)]
    if len(begins) == 1:
        return of[begins[0]]
    near = begins or get_close_matches(identifier, of, _NEAREST, cutoff=0)
    named = ", ".join(f"{name} ({_described(of[name])})" for name in near[:_NEAREST])
    what = f"{len(begins):,} trials of {study!r} begin so" if begins else f"no trial of {study!r}"
    digits = f"the id of a trial of this study, or at least {SHORTEST} digits of it"
    cure = f"nearest: {named}; `trial_id` in trials.parquet has all ids"
    raise InputError([Problem(f"--trial {identifier}", what, digits, cure)])


def _described(trial: Trial) -> str:
    tuning = f"tuning point {trial.point}, " if trial.phase == "tuning" else ""
    return f"{trial.variant.label}, {tuning}replicate {trial.replicate}"


def _trained(rows: PackRows, wall_s: float) -> Trained:
    final = {
        name.removeprefix("final."): float(values[0])
        for name, values in rows.trials.items()
        if name.startswith("final.") and values[0] is not None
    }
    return Trained(rows.trials["status"][0], final, measured(rows), wall_s)
