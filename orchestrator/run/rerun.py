"""`orch run STUDY --trial ID`: one trial once more, beside what the store has of it."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from time import perf_counter

from orchestrator.errors import InputError, OrchError, Problem
from orchestrator.execution.local.inline import local_training
from orchestrator.execution.protocol import Job
from orchestrator.execution.ray.this_machine import capacity_for
from orchestrator.execution.worker.failures import describe
from orchestrator.paths import Location
from orchestrator.plan.identity import fingerprints
from orchestrator.plan.packs import make_packs
from orchestrator.plan.records import Trial
from orchestrator.run.downloads import fetch_downloads
from orchestrator.run.find_study import SHORTEST
from orchestrator.run.planning import plan_from_store, require_method
from orchestrator.run.results_location import results_now
from orchestrator.store.trial import Measured, Stored, measured, read_stored
from orchestrator.study.load import Overrides, load_study
from orchestrator.training.records import PackRows

_NEAREST = 3  # ids that are named when one is unknown


@dataclass(frozen=True, slots=True)
class Again:
    """The trial as it came out this time."""

    status: str
    final: Mapping[str, float]
    values: Measured
    wall_s: float


def rerun(study: str, identifier: str, *, overrides: Overrides, results: Location | None) -> int:
    """Trains it alone, in this process, and writes nothing. Exit code 0, or 1 when it failed.

    Raises InputError for an id that the study has not, EnvironmentFault as a run does.
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
    print(f"trial {trial.trial_id} of {loaded.name}: {_described(trial)}")
    job = Job(paths.absolute.root, loaded.resources)
    started = perf_counter()
    try:
        rows = local_training(job)(pack, job, None)
    except OrchError:
        raise
    except (Exception, SystemExit) as error:  # a model is user's code and may raise anything
        print(f"failed: {describe(error)}", file=sys.stderr)
        return 1
    again = _again(rows, perf_counter() - started)
    for line in _lines(again, read_stored(paths, trial.trial_id)):
        print(line)
    print(f"nothing was written: {paths} is as it was")
    return 0


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


def _again(rows: PackRows, wall_s: float) -> Again:
    final = {
        name.removeprefix("final."): float(values[0])
        for name, values in rows.trials.items()
        if name.startswith("final.") and values[0] is not None
    }
    return Again(rows.trials["status"][0], final, measured(rows), wall_s)


def _lines(again: Again, stored: Stored | None) -> Iterator[str]:
    """Final values side by side, and whether all values are the same bits."""
    yield f"trained again, alone: {again.status} in {again.wall_s:.1f} s"
    before = stored.final if stored else {}
    names = [name for name in {**again.final, **before}]
    width = max((len(name) for name in names), default=0)
    yield f"{'final':<{width}}  {'again':>12}" + f"  {'stored':>12}" * bool(stored)
    for name in names:
        cells = [again.final.get(name), *([before.get(name)] if stored else [])]
        yield f"{name:<{width}}" + "".join(f"  {_number(value):>12}" for value in cells)
    yield _verdict(again, stored)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.8g}"


def _verdict(again: Again, stored: Stored | None) -> str:
    if stored is None:
        return "the store has no result of this trial to compare it with"
    if stored.status == "failed":
        return f"the stored one failed: {str(stored.error).splitlines()[0]}"
    if again.values == stored.values and again.status == stored.status:
        return f"the same bits as stored, all {len(stored.values):,} metrics and gradients"
    only = len(again.values.keys() ^ stored.values.keys())
    return (
        f"not the same bits as stored ({stored.how}): {_farthest(again.values, stored.values)}"
        + f"; {only:,} measured in one of them only" * bool(only)
    )


def _farthest(again: Measured, stored: Measured) -> str:
    """How many values differ, and which one most."""
    off = {
        key: abs(again[key] - stored[key]) / max(abs(again[key]), abs(stored[key]))
        for key in again.keys() & stored.keys()
        if again[key] != stored[key]
    }
    if not off:
        return "no value differs"
    worst = max(off, key=lambda key: off[key])
    return (
        f"{len(off):,} of {len(stored):,} values differ, at most by {off[worst]:.1g} of the value "
        f"({worst})"
    )
