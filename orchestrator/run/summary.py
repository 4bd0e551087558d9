"""The last lines of `orch run` and `orch report`: what the store has, and what was found."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.errors import EnvironmentFault
from orchestrator.files import faults
from orchestrator.paths import ResultsPaths, StudyPaths
from orchestrator.plan.records import Plan
from orchestrator.store.tables.compact import count_errors
from orchestrator.store.tables.unstored import Kept
from orchestrator.words import plural

if TYPE_CHECKING:
    from orchestrator.reports.build import Report

_REASONS = 3  # shown; more would hide the finding


def status_lines(
    counts: Mapping[str, int], study: StudyPaths, where: str = "in the store"
) -> Iterator[str]:
    """How many trials of the study have which status, and why some failed.

    where: the trials that are not missing are found.
    """
    stored = sum(counts.values()) - counts.get("missing", 0)
    words = [f"{counts.get(name, 0):,} {name}" for name in ("completed", "diverged", "failed")]
    words += [f"{counts['missing']:,} missing"] * bool(counts.get("missing"))
    yield f"{plural(stored, 'trial')} {where}: {', '.join(words)}"
    if counts.get("failed"):
        yield from _failures(study)


def _failures(study: StudyPaths) -> Iterator[str]:
    errors = count_errors(study).most_common()
    for error, number in errors[:_REASONS]:
        yield f"{number:,} failed: {error}"
    if more := errors[_REASONS:]:
        yield f"and {plural(len(more), 'other reason')}, in {study.table('trials')}"
    yield "run again to try them once more"


def earlier_line(kept: Kept) -> str:
    """Of results that a run is about to replace, and that the store cannot give again."""
    return (
        f"{plural(kept.trials, 'trial')} in the tables of this study are not in the store: the "
        f"study's folder was copied first: --results {kept.results} shows it"
    )


def missing_line(results: ResultsPaths) -> str:
    """Of trials that were trained, and whose rows are not where this machine reads."""
    return (
        f"missing: their workers are done, but what they wrote is not in {results}: does every "
        "machine write there? Run again to train them"
    )


def hopeless_lines(plan: Plan) -> Iterator[str]:
    """Variants that have no replicates because their tuning found no setting that works."""
    if plan.tuning is None or plan.study.tune is None:
        return
    labels = {variant.variant_id: variant.label for variant in plan.study.variants}
    for (tuning_study, variant_id), reason in plan.tuning.hopeless.items():
        which = f", tuning study {tuning_study}" * (plan.study.tune.studies > 1)
        yield f"not replicated: {labels[variant_id]}{which}: {reason}"


def write_report(folder: Path, refresh_s: int | None = None, unstored: int = 0) -> "Report":
    """Build the report of a study from its folder. Raises EnvironmentFault."""
    from orchestrator.reports.build import build_report
    from orchestrator.reports.data.errors import ReportError

    try:
        with faults(folder, "write the report in"):
            return build_report(folder, refresh_s, unstored)
    except ReportError as error:
        raise EnvironmentFault(str(error)) from error


def report_lines(report: "Report") -> Iterator[str]:
    """Warnings, finding, verdicts, and where the page is."""
    yield from (f"note: {warning}" for warning in report.warnings)
    yield from (report.finding, *report.verdicts, f"report: {report.path}")
