"""A report made again: nothing that the store lacks is written over."""

import os
from typing import TYPE_CHECKING

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths, StudyPaths
from orchestrator.plan_document import PlanDocument
from orchestrator.run.summary import write_report
from orchestrator.store.pack_files import statuses
from orchestrator.store.tables.compact import compact
from orchestrator.store.tables.unstored import known_statuses, unstored

if TYPE_CHECKING:
    from orchestrator.reports.build import Report


def rebuild(paths: ResultsPaths, plan: PlanDocument, refresh_s: int | None = None) -> "Report":
    """Gather the study's tables from the store, and write its report.

    Tables that have trials which the store lacks are left as they are, and read.
    Raises EnvironmentFault, also where neither has anything and a report of earlier results exists.
    """
    folder = paths.study(plan.study)
    require_writable(folder)
    require_results(paths, plan)
    lost = len(unstored(paths, plan.study, plan))
    if not lost:
        compact(paths, plan)
    return write_report(folder.root, refresh_s, lost)


def require_writable(folder: StudyPaths) -> None:
    """Raises EnvironmentFault for a folder in which no report can be written."""
    if not os.access(folder.root, os.W_OK):
        raise EnvironmentFault(
            f"cannot write the report in {folder.root}: no permission, or a read-only file system\n"
            "    `orch serve` shows it without writing; or copy the folder to where you may write"
        )


def require_results(paths: ResultsPaths, plan: PlanDocument) -> None:
    """Raises EnvironmentFault where a new report would be empty, and the one that exists is not."""
    from orchestrator.reports.index import trials_shown

    folder = paths.study(plan.study)
    if known_statuses(paths, plan, statuses(paths)) or not (shown := trials_shown(folder.report)):
        return
    raise EnvironmentFault(
        f"{folder.report} shows {shown:,} trials, and neither {folder.root} nor {paths}/store has "
        "their rows: it is left as it is\n"
        "    copy the Parquet tables of the study's folder too, or the store"
    )
