"""The last lines of `orch run` and `orch report`."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from orchestrator.errors import EnvironmentFault
from orchestrator.store.files import faults


def show_statuses(counts: Mapping[str, int], console: Console) -> None:
    """How the trials of the study stand in the store."""
    stored = sum(counts.values()) - counts.get("missing", 0)
    words = [f"{counts.get(name, 0):,} {name}" for name in ("completed", "diverged", "failed")]
    words += [f"{counts['missing']:,} missing"] * bool(counts.get("missing"))
    _say(console, f"{stored:,} trials in the store: {', '.join(words)}")
    if counts.get("failed"):
        _say(console, "the report says why trials failed; run again to try them once more")


def show_report(folder: Path, console: Console) -> None:
    """Build the report and say what it found."""
    from reports.build import build_report
    from reports.tables import ReportError

    try:
        with faults(folder, "write the report in"):
            report = build_report(folder)
    except ReportError as error:
        raise EnvironmentFault(str(error)) from error
    for warning in report.warnings:
        _say(console, f"note: {warning}")
    _say(console, report.finding)
    _say(console, f"report: {report.path}")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
