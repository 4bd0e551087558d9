"""The last lines of `orch run` and `orch report`."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths, StudyPaths
from orchestrator.plan.records import Plan
from orchestrator.run.counts import count
from orchestrator.store.local.atomic_files import faults
from orchestrator.store.tables.compact import failures

_REASONS = 3  # shown; more would hide the finding


def show_statuses(counts: Mapping[str, int], study: StudyPaths, console: Console) -> None:
    """How the trials of the study stand in the store, and why some failed."""
    stored = sum(counts.values()) - counts.get("missing", 0)
    words = [f"{counts.get(name, 0):,} {name}" for name in ("completed", "diverged", "failed")]
    words += [f"{counts['missing']:,} missing"] * bool(counts.get("missing"))
    _say(console, f"{count(stored, 'trial')} in the store: {', '.join(words)}")
    if counts.get("failed"):
        _show_failures(study, console)


def show_missing(results: ResultsPaths, console: Console) -> None:
    """Trials that were trained, and whose rows are not where this machine reads."""
    _say(
        console,
        f"missing: their workers are done, but what they wrote is not in {results}: does every "
        "machine write there? Run again to train them",
    )


def show_hopeless(plan: Plan, console: Console) -> None:
    """Variants that have no replicates because their tuning found no setting that works."""
    if plan.tuning is None or plan.study.tune is None:
        return
    labels = {variant.variant_id: variant.label for variant in plan.study.variants}
    for (tuning_study, variant_id), reason in plan.tuning.hopeless.items():
        which = f", tuning study {tuning_study}" * (plan.study.tune.studies > 1)
        _say(console, f"not replicated: {labels[variant_id]}{which}: {reason}")


def _show_failures(study: StudyPaths, console: Console) -> None:
    found = failures(study).most_common()
    for reason, number in found[:_REASONS]:
        _say(console, f"{number:,} failed: {reason}")
    if more := found[_REASONS:]:
        _say(console, f"and {count(len(more), 'other reason')}, in {study.table('trials')}")
    _say(console, "run again to try them once more")


def show_report(folder: Path, console: Console) -> None:
    """Build the report and say what it found."""
    from orchestrator.reports.build import build_report
    from orchestrator.reports.data.read import ReportError

    try:
        with faults(folder, "write the report in"):
            report = build_report(folder)
    except ReportError as error:
        raise EnvironmentFault(str(error)) from error
    for warning in report.warnings:
        _say(console, f"note: {warning}")
    for line in (report.finding, *report.verdicts):
        _say(console, line)
    _say(console, f"report: {report.path}")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
