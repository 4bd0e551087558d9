"""`orch compare`: what differs between two studies, in design and in what came out."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.errors import InputError, Problem
from orchestrator.paths import Location, ResultsPaths, StudyPaths
from orchestrator.run.find_study import document_of
from orchestrator.run.results_location import results_now
from orchestrator.store.journal import read_plan
from orchestrator.store.tables.current import current_tables
from orchestrator.store.tables.unstored import table_statuses

if TYPE_CHECKING:
    from orchestrator.reports.statistics.comparisons.two_studies import Side


def compare(study_a: str, study_b: str, *, results: Location | None, as_json: bool) -> int:
    """Exit code 0. Raises InputError, with all problems, for studies that cannot be compared."""
    from orchestrator.reports.data.errors import ReportError
    from orchestrator.reports.statistics.comparisons.two_studies import two_studies

    folders = _folders((study_a, study_b), results_now(results))
    try:
        found = two_studies(*map(_side, folders))
    except ReportError as error:
        raise InputError([Problem(f"{study_a}, {study_b}", str(error))]) from error
    if as_json:
        print(json.dumps(_document(asdict(found)), indent=2, ensure_ascii=False))
    else:
        from orchestrator.cli.compare_table import show

        show(found)
    return 0


def _folders(studies: tuple[str, ...], paths: ResultsPaths) -> list[Path]:
    """The folders of both studies."""
    folders: list[Path] = []
    problems: list[Problem] = []
    for study in studies:
        try:
            folders.append(_folder(study, paths))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return folders


def _folder(study: str, paths: ResultsPaths) -> Path:
    """Of a path, if a study lies there; else of a name or a study file."""
    if StudyPaths(Path(study)).plan.exists():
        return Path(study)
    return paths.study(document_of(study, paths).study).root


def _side(folder: Path) -> "Side":
    """One study as of now. Raises EnvironmentFault, and ReportError without a readable plan."""
    from orchestrator.reports.statistics.comparisons.two_studies import read_side

    study = StudyPaths(folder)
    plan = read_plan(study)
    if plan is None or folder.name != plan.study:  # a copy under another name has no store
        return read_side(folder, len(table_statuses(study)))
    with current_tables(ResultsPaths(folder.parent), plan) as current:
        return read_side(current.folder, current.unstored)


def _document(found: dict[str, Any]) -> dict[str, Any]:
    """The levels say which variant it is; what comparisons are called inside says nothing."""
    for match in found["matches"]:
        for name in ("variant", "baseline"):
            match["comparison"].pop(name)
    return found
