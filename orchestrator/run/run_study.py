"""`orch run`: plan, train what is missing, report."""

import shlex
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from time import monotonic
from typing import Any

from rich.console import Console

from orchestrator.errors import EnvironmentFault, Interrupted
from orchestrator.execution.protocol import Job
from orchestrator.paths import Location, ResultsPaths, StudyPaths
from orchestrator.plan.document import plan_document
from orchestrator.plan.duration import Speeds
from orchestrator.plan.identity import Fingerprints, fingerprints
from orchestrator.plan.records import Phase, Plan
from orchestrator.provenance import GitState, git_state, machine, versions
from orchestrator.run.backend import Backend, backend_for, require_address
from orchestrator.run.counts import Tally, count
from orchestrator.run.downloads import fetch_downloads
from orchestrator.run.estimate import predicted, speeds_of
from orchestrator.run.planning import plan_from_store, require_method
from orchestrator.run.progress import Progress
from orchestrator.run.remote.job_context import command, submission
from orchestrator.run.remote.status_line import Standing
from orchestrator.run.results_location import results_now
from orchestrator.run.rounds import Rounds
from orchestrator.run.signals import Interrupts, Stop, interruptible
from orchestrator.run.summary import show_hopeless, show_missing, show_report, show_statuses
from orchestrator.store.checkpoints import keep_only
from orchestrator.store.journal import append_event, read_plan, write_plan
from orchestrator.store.local.lock import exclusive
from orchestrator.store.pack_files import statuses
from orchestrator.store.prepare import prepare
from orchestrator.store.remote.lease import driving
from orchestrator.store.remote.mirror import put_up, refresh
from orchestrator.store.tables.compact import compact
from orchestrator.study.load import Overrides, load_study
from orchestrator.study.records import Study

_PATIENCE_S = 10.0  # for the end of an epoch, when a signal asks for the end


@dataclass(frozen=True, slots=True)
class Run:
    """One call of `orch run`, ready to start."""

    plan: Plan
    document: Mapping[str, Any]  # plan.json
    paths: ResultsPaths
    backend: Backend
    speeds: Speeds
    console: Console

    @property
    def study(self) -> Study:
        return self.plan.study

    @property
    def folder(self) -> StudyPaths:
        return self.paths.study(self.study.name)

    @property
    def workers(self) -> int:
        """Packs side by side."""
        return 1 if self.backend.inline else self.backend.workers

    @property
    def all_trials(self) -> int:
        """Of both phases, also those that are not known one by one yet."""
        return len(self.plan.trials) + self.plan.to_come + self.plan.pending

    @property
    def all_done(self) -> int:
        return self.done("tuning") + self.done("replication")

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def trials(self, phase: Phase) -> int:
        return sum(trial.phase == phase for trial in self.plan.trials)

    def done(self, phase: Phase) -> int:
        own = (trial for trial in self.plan.trials if trial.phase == phase)
        return sum(self.plan.states[trial.trial_id] == "done" for trial in own)


def run(
    study: str,
    *,
    overrides: Overrides,
    results: Location | None,
    inline: bool,
    report: bool,
    force: bool,
    address: str | None = None,
    wait_minutes: float = 0.0,
) -> int:
    """Exit code 0, or 1 when trials failed. Raises InputError, EnvironmentFault, Interrupted."""
    require_address(address, inline=inline, wait_minutes=wait_minutes)
    loaded = load_study(study, overrides)
    prints = fingerprints(loaded)  # raises for bad data files, before anything is made
    require_method(loaded)
    paths = results_now(results)
    speeds = speeds_of(loaded, paths)
    machines = backend_for(loaded, inline=inline, address=address, wait_minutes=wait_minutes)
    with machines as backend:
        prepare(paths, loaded.name)
        backend.look_over(paths)
        again = partial(_plan, loaded, prints, paths, backend, speeds, force=force)
        with exclusive(paths.study(loaded.name).lock), interruptible() as interrupts:
            try:
                with driving(paths, loaded.name):
                    return _drive(again, interrupts, report=report)
            except Stop:
                raise _interrupted() from None


def _drive(again: Callable[[frozenset[str]], Run], interrupts: Interrupts, *, report: bool) -> int:
    """Exit code."""
    this = again(frozenset())
    _announce(this)
    fetch_downloads(this.plan.packs)
    this = _execute(this, again, interrupts)
    return _finish(this, report=report)


def _plan(
    study: Study,
    prints: Fingerprints,
    paths: ResultsPaths,
    backend: Backend,
    speeds: Speeds,
    tried: frozenset[str],
    *,
    force: bool,
) -> Run:
    """Plan, and write down what is planned before anything starts.

    tried: trials that this run has trained already.
    """
    refresh(paths)
    folder = paths.study(study.name)
    earlier = read_plan(folder)
    plan = plan_from_store(
        study,
        paths,
        backend.workers,
        earlier,
        prints=prints,
        force=force,
        tried=tried,
        speeds=speeds,
    )
    git = git_state(study.path.resolve().parent)
    document = plan_document(plan) | {"git": _described(git)}
    write_plan(folder, study.text, document)
    put_up(paths, study.name, drives=True)
    return Run(plan, document, paths, backend, speeds, Console())


def _described(git: GitState | None) -> dict[str, Any] | None:
    return None if git is None else asdict(git)


def _announce(this: Run) -> None:
    """What will run, and where results go."""
    study, say = this.study, this.say
    variants = count(len(study.variants), "variant")
    trials = count(len(study.variants) * study.replicates, "trial")
    product = f"{variants} × {count(study.replicates, 'replicate')} = {trials}"
    say(f"{study.name}: {product}, {this.done('replication'):,} done")
    if study.tune:
        points, seeds = count(study.tune.points, "point"), study.tune.replicates
        own = count(this.trials("tuning") + this.plan.to_come, "trial")
        say(f"tuning first: {points} × {seeds} for each = {own}, {this.done('tuning'):,} done")
    packs = len(this.plan.packs)
    work = f"{count(packs, 'pack')} {this.backend}" if packs else "nothing to train"
    say(f"{work} · results in {this.paths.at(this.folder.root)}")


def _execute(this: Run, again: Callable[[frozenset[str]], Run], interrupts: Interrupts) -> Run:
    """Train what is missing; the run as it is planned at the end, when settings are selected.

    With nothing to train, Ray is not even imported.
    """
    record = partial(append_event, this.folder)
    record("study_started", **_facts(this))
    started = monotonic()
    tally = Tally(this.plan.packs, this.workers)
    listener = Progress(tally, this.console, record, interrupts.check, _standing(this, tally))
    rounds = Rounds(this, again, partial(_next_round, tally=tally, record=record))
    listener.stand()
    try:
        if this.plan.packs:
            keep_only(this.paths, this.study.name, {pack.pack_id for pack in this.plan.packs})
            executor = this.backend.executor(this.paths)
            with (
                listener.shown(),
                interrupts.deferred(_PATIENCE_S if this.backend.inline else None),
            ):
                executor.run(rounds, _job(this), listener)
    except (Stop, EnvironmentFault):
        with suppress(EnvironmentFault):  # where the disk is full, what was raised is to be told
            record("interrupted", **_counts(tally, started))
        raise
    finally:
        listener.stand()
    if this.plan.packs:
        keep_only(this.paths, this.study.name, ())
    record("study_finished", **_counts(tally, started))
    return rounds.current


def _standing(this: Run, tally: Tally) -> Callable[[], str] | None:
    """For the log of a cluster's job."""
    if submission() is None:
        return None
    trials, done = this.all_trials, this.all_done
    return lambda: Standing.of(tally, trials, done).line


def _next_round(this: Run, tally: Tally, record: Callable[..., None]) -> None:
    """More packs than before; after the last round of tuning they are the replicates."""
    tally.expect(this.plan.packs)
    tuning = this.plan.tuning
    if tuning is not None and not this.plan.is_tuning:
        record("tuning_finished", selected=len(tuning.selected), hopeless=len(tuning.hopeless))
        this.say(f"tuned: settings selected for {count(len(tuning.selected), 'variant')}")


def _counts(tally: Tally, started: float) -> dict[str, Any]:
    return {"wall_s": round(monotonic() - started, 3), **tally.counts}


def _facts(this: Run) -> dict[str, Any]:
    prediction = predicted(this.plan, this.speeds, this.workers)
    return versions() | {
        "command": command(),
        "platform": machine(),
        "cpus": this.backend.machines.cpus,
        "gpus": this.backend.machines.gpus,
        "workers": this.workers,
        "executor": "inline" if this.backend.inline else "ray_tune",
        "trials": this.all_trials,
        "new": this.all_trials - this.all_done,
        "done": this.all_done,
        "submission": submission(),
        "predicted_s": round(prediction.wall_s, 3) if prediction else None,
    }


def _job(this: Run) -> Job:
    git = this.document["git"] or {}
    return Job(
        results=this.paths.absolute.root,
        resources=this.study.resources,
        uri=this.paths.uri,
        git_commit=git.get("commit"),
        git_dirty=git.get("dirty"),
    )


def _finish(this: Run, *, report: bool) -> int:
    """Tables, report, last lines."""
    refresh(this.paths)
    compact(this.paths, this.document)
    stored = statuses(this.paths)
    counts = Counter(stored.get(trial.trial_id, "missing") for trial in this.plan.trials)
    counts["missing"] += this.plan.pending
    show_statuses(counts, this.folder, this.console)
    if counts["missing"] > this.plan.pending:
        show_missing(this.paths, this.console)
    show_hopeless(this.plan, this.console)
    if report:
        show_report(this.folder.root, this.console)
    return 1 if counts["failed"] or counts["missing"] else 0


def _interrupted() -> Interrupted:
    again = shlex.join(command())
    return Interrupted(
        f"interrupted: finished packs are in the store\n    to go on from there: {again}"
    )
