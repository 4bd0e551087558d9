"""One trial once more, alone in this process, beside what the store has of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from orchestrator.errors import OrchError
from orchestrator.execution.local.inline import local_training
from orchestrator.execution.protocol import Job
from orchestrator.execution.ray.this_machine import capacity_for
from orchestrator.execution.worker.failures import describe
from orchestrator.files import replacing
from orchestrator.paths import Location, ResultsPaths
from orchestrator.plan.identity import fingerprints
from orchestrator.plan.packs import make_packs
from orchestrator.run.display import SILENT, Display
from orchestrator.run.downloads import fetch_downloads
from orchestrator.run.find_trial import described, find_trial
from orchestrator.run.planning import plan_from_store, require_method
from orchestrator.run.results_location import results_now
from orchestrator.store.trial import Measured, Stored, measured, read_stored
from orchestrator.study.load import NO_OVERRIDES, Overrides, load_study
from orchestrator.study.records import Study
from orchestrator.study.settings import Keep
from orchestrator.training.records import PackRows


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
    save: Path | None = None,
    display: Display = SILENT,
) -> Rerun:
    """Trains the trial alone, in this process.

    identifier: the trial's id, or its first digits.
    save: a file for its weights, of the epoch that `keep.weights` names, else as training left
        them. A trial that diverged has none.
    Raises InputError for an id that the study does not have, EnvironmentFault as a run does.
    """
    loaded = load_study(study, overrides)
    paths = results_now(results)
    prints = fingerprints(loaded)
    require_method(loaded)
    capacity_for(loaded.resources).workers(loaded.resources)
    plan = plan_from_store(loaded, paths, 1, None, prints=prints)
    trial = find_trial(identifier, plan.trials, loaded.name)
    (pack,) = make_packs(loaded, [trial], (), 1, prints)
    fetch_downloads([pack])
    display.say(f"trial {trial.trial_id} of {loaded.name}: {described(trial)}")
    job = Job(paths.absolute.root, loaded.resources, keep=_kept(loaded, save))
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
    if save:
        for weights in rows.weights.values():
            with replacing(save, cure="choose another --save") as file:
                file.write(weights)
    return Rerun(trial.trial_id, trained, "", read_stored(paths, trial.trial_id), paths)


def _kept(study: Study, save: Path | None) -> Keep:
    kept = study.keep.weights if study.keep.weights != "off" else "last"
    return Keep(answers="off", weights=kept if save else "off")


def _trained(rows: PackRows, wall_s: float) -> Trained:
    final = {
        name.removeprefix("final."): float(values[0])
        for name, values in rows.trials.items()
        if name.startswith("final.") and values[0] is not None
    }
    return Trained(rows.trials["status"][0], final, measured(rows), wall_s)
