"""Run a study: plan, train what is missing, report. Prints nothing: a display shows how it goes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.paths import Location
from orchestrator.plan.identity import fingerprints
from orchestrator.run.backend import backend_for, require_address
from orchestrator.run.display import SILENT, Display
from orchestrator.run.downloads import fetch_downloads
from orchestrator.run.outlook.estimate import speeds_of
from orchestrator.run.plan_counts import count_states
from orchestrator.run.planning import require_method
from orchestrator.run.results_location import results_now
from orchestrator.run.signals import PATIENCE_S, Interrupts, Stop, interrupted, interruptible
from orchestrator.run.summary import (
    earlier_line,
    hopeless_lines,
    missing_line,
    report_lines,
    status_lines,
    write_report,
)
from orchestrator.run.train_missing import Run, train_missing
from orchestrator.run.written_plan import WrittenPlan
from orchestrator.store.local.lock import exclusive
from orchestrator.store.pack_files import statuses
from orchestrator.store.prepare import prepare
from orchestrator.store.remote.lease import hold_lease
from orchestrator.store.remote.mirror import refresh
from orchestrator.store.tables.compact import compact
from orchestrator.store.tables.unstored import keep_earlier
from orchestrator.study.load import NO_OVERRIDES, Overrides, load_study
from orchestrator.study.records import Study
from orchestrator.words import plural


@dataclass(frozen=True, slots=True)
class RunResult:
    """A study after a run: its trials by status in the store, its files, its finding."""

    study: str  # its name
    folder: Path  # tables, plan.json, events.jsonl, report; of results at a URI the mirror
    completed: int
    diverged: int
    failed: int
    missing: int  # not in the store: nothing to replicate after tuning, or rows went elsewhere
    trained: int  # trials that this run trained, whatever came of them
    finding: str | None  # one sentence; None without a report
    report: Path | None

    @property
    def is_complete(self) -> bool:
        """Every trial has a result; a diverged one is a result."""
        return not self.failed and not self.missing


def run_study(
    study: str | Study,
    *,
    overrides: Overrides = NO_OVERRIDES,
    results: Location | None = None,
    inline: bool = False,
    address: str | None = None,
    wait_minutes: float = 0.0,
    report: bool = True,
    force: bool = False,
    command: Sequence[str] | None = None,
    display: Display = SILENT,
) -> RunResult:
    """Train the trials of a study that the store does not have, and write the report.

    study: a YAML file, the name of a shipped study, or one that is loaded, with no overrides.
    results: a folder or a URI, else $ORCH_RESULTS, else ./results.
    inline: train in this process instead of on a Ray cluster of this machine.
    address: of a Ray cluster that runs already: "auto" or "HOST:PORT". wait_minutes: for nodes with
    enough room, where it has an autoscaler.
    force: train again what is in the store.
    command: how a user starts it again; else that of `orch run` with these arguments.

    Failed trials are counted, not raised. Raises InputError before anything is written,
    EnvironmentFault, and Interrupted: in the main thread Ctrl-C and SIGTERM end the run in order.
    """
    require_address(address, inline=inline, wait_minutes=wait_minutes)
    loaded = load_study(study, overrides) if isinstance(study, str) else study
    prints = fingerprints(loaded)  # raises for bad data files, before anything is made
    require_method(loaded)
    paths = results_now(results)
    speeds = speeds_of(loaded, paths)
    flags = _flags(results, inline, address, wait_minutes, report, force)
    file = study if isinstance(study, str) else str(paths.study(loaded.name).study)
    words = tuple(command or ("orch", "run", file, *overrides.words, *flags))
    with interruptible() as interrupts:
        try:
            with backend_for(loaded, inline, address, wait_minutes, display, interrupts) as backend:
                prepare(paths, loaded.name)
                with interrupts.deferred(PATIENCE_S):
                    backend.look_over(paths)
                with exclusive(paths.study(loaded.name).lock), hold_lease(paths, loaded.name):
                    if kept := keep_earlier(paths, loaded.name):
                        display.say(earlier_line(kept))
                    plans = WrittenPlan(loaded, prints, paths, backend.workers, speeds, force=force)
                    return _run(Run(plans, backend, words, display), interrupts, report)
        except Stop:
            raise interrupted(words) from None


def _flags(
    results: Location | None,
    inline: bool,
    address: str | None,
    wait_minutes: float,
    report: bool,
    force: bool,
) -> list[str]:
    """Arguments as `orch run` has them."""
    return [
        *([] if results is None else ["--results", str(results)]),
        *["--inline"] * inline,
        *([] if address is None else ["--address", address]),
        *(["--wait", f"{wait_minutes:g}"] if wait_minutes else []),
        *["--no-report"] * (not report),
        *["--force"] * force,
    ]


def _run(run: Run, interrupts: Interrupts, report: bool) -> RunResult:
    for line in _announced(run):
        run.display.say(line)
    fetch_downloads(run.plans.plan.packs)
    trained = train_missing(run, interrupts)
    return _finish(run, sum(trained.values()), report)


def _announced(run: Run) -> Iterator[str]:
    """What will be trained, and where results go."""
    plan, study, paths = run.plans.plan, run.plans.study, run.plans.paths
    variants = plural(len(study.variants), "variant")
    trials = plural(len(study.variants) * study.replicates, "trial")
    product = f"{variants} × {plural(study.replicates, 'replicate')} = {trials}"
    yield f"{study.name}: {product}, {count_states(plan, 'replication')['done']:,} done"
    if study.tune:
        points, seeds = plural(study.tune.points, "point"), study.tune.replicates
        states = count_states(plan, "tuning")
        own = plural(sum(states.values()) + plan.to_come, "trial")
        yield f"tuning first: {points} × {seeds} for each = {own}, {states['done']:,} done"
    packs = len(plan.packs)
    work = f"{plural(packs, 'pack')} {run.backend}" if packs else "nothing to train"
    yield f"{work} · results in {paths.at(paths.study(study.name).root)}"


def _finish(run: Run, trained: int, report: bool) -> RunResult:
    """Gather tables, write the report, say what came of it."""
    plan, paths, say = run.plans.plan, run.plans.paths, run.display.say
    folder = paths.study(run.plans.study.name)
    refresh(paths)
    compact(paths, run.plans.document)
    stored = statuses(paths)
    counts = Counter(stored.get(trial.trial_id, "missing") for trial in plan.trials)
    counts["missing"] += plan.pending
    for line in status_lines(counts, folder):
        say(line)
    if counts["missing"] > plan.pending:
        say(missing_line(paths))
    for line in hopeless_lines(plan):
        say(line)
    written = write_report(folder.root) if report else None
    for line in report_lines(written) if written else ():
        say(line)
    return RunResult(
        study=plan.study.name,
        folder=folder.root,
        completed=counts["completed"],
        diverged=counts["diverged"],
        failed=counts["failed"],
        missing=counts["missing"],
        trained=trained,
        finding=written.finding if written else None,
        report=written.path if written else None,
    )
