"""The training of a run: packs go to the executor, events to the journal."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.protocol import Job
from orchestrator.provenance import machine, versions
from orchestrator.run.backend import Backend
from orchestrator.run.counts import Tally
from orchestrator.run.display import Display
from orchestrator.run.outlook.estimate import predicted
from orchestrator.run.plan_counts import all_trials, count_states
from orchestrator.run.progress import Progress
from orchestrator.run.remote.job_context import submission
from orchestrator.run.remote.status_line import StatusLine
from orchestrator.run.signals import PATIENCE_S, Interrupts, Stop
from orchestrator.run.written_plan import WrittenPlan
from orchestrator.store.checkpoints import remove_stale
from orchestrator.store.journal import append_event
from orchestrator.words import plural


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is ready to train."""

    plans: WrittenPlan
    backend: Backend
    command: tuple[str, ...]  # that starts it again, word by word
    display: Display

    @property
    def workers(self) -> int:
        """Packs side by side."""
        return 1 if self.backend.inline else self.backend.workers


def train_missing(run: Run, interrupts: Interrupts) -> dict[str, int]:
    """Trials of this run by status. Raises Stop, EnvironmentFault.

    With nothing to train, Ray is not even imported.
    """
    plans, study = run.plans, run.plans.study.name
    record = partial(append_event, plans.paths.study(study))
    record("study_started", **_facts(run))
    started, packs = monotonic(), plans.plan.packs
    compare = plans.document.compare
    tally = Tally(packs, run.workers, compare.metric, compare.unit)
    text, in_job = _text(run, tally), submission() is not None
    if in_job:
        run.display.say(text())
    try:
        if packs:
            remove_stale(plans.paths, study, {pack.pack_id for pack in packs})
            progress = Progress(tally, run.display, record, interrupts.check, run.command)
            _execute(run, interrupts, progress, text)
    except (Stop, EnvironmentFault):
        with suppress(EnvironmentFault):  # where the disk is full, the first fault is to be shown
            record("interrupted", **_counts(tally, started))
        raise
    finally:
        if in_job:
            run.display.say(text())
    if packs:
        remove_stale(plans.paths, study, ())
    record("study_finished", **_counts(tally, started))
    return tally.counts


def _execute(run: Run, interrupts: Interrupts, progress: Progress, text: Callable[[], str]) -> None:
    rounds = run.plans.rounds(partial(_next_round, run, progress))
    executor = run.backend.executor(run.plans.paths, len(run.plans.plan.packs))
    patience_s = PATIENCE_S if run.backend.inline else None  # for the end of an epoch
    if run.backend.starts_ray:
        run.display.say("starting Ray")
    with run.display.training(progress.tally, text), interrupts.deferred(patience_s):
        executor.run(rounds, _job(run.plans, run.backend), progress)


def _next_round(run: Run, progress: Progress) -> None:
    """More packs than before; after the last round of tuning they are the replicates."""
    plan = run.plans.plan
    progress.tally.expect(plan.packs)
    if plan.tuning is not None and not plan.is_tuning:
        selected, hopeless = len(plan.tuning.selected), len(plan.tuning.hopeless)
        progress.record("tuning_finished", selected=selected, hopeless=hopeless)
        run.display.say(f"tuned: settings selected for {plural(selected, 'variant')}")


def _text(run: Run, tally: Tally) -> Callable[[], str]:
    """How far the run is; in a cluster's job a line that `orch status` reads from its log."""
    if submission() is None:
        return tally.text
    plan = run.plans.plan
    trials, done = all_trials(plan), count_states(plan)["done"]
    return lambda: StatusLine.of(tally, trials, done).line


def _counts(tally: Tally, started: float) -> dict[str, Any]:
    return {"wall_s": round(monotonic() - started, 3), **tally.counts}


def _facts(run: Run) -> dict[str, Any]:
    plan, machines = run.plans.plan, run.backend.machines
    prediction = predicted(plan, run.plans.speeds, run.workers)
    trials, done = all_trials(plan), count_states(plan)["done"]
    return versions() | {
        "command": run.command,
        "platform": machine(),
        "cpus": machines.cpus,
        "gpus": machines.gpus,
        "workers": run.workers,
        "executor": "inline" if run.backend.inline else "ray_tune",
        "trials": trials,
        "new": trials - done,
        "done": done,
        "submission": submission(),
        "predicted_s": round(prediction.wall_s, 3) if prediction else None,
    }


def _job(plans: WrittenPlan, backend: Backend) -> Job:
    git = plans.document.git
    return Job(
        results=plans.paths.absolute.root,
        resources=backend.asked,
        uri=plans.paths.uri,
        git_commit=git.commit if git else None,
        git_dirty=git.dirty if git else None,
        keep=plans.study.keep,
    )
