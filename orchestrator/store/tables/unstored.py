"""Trials that the tables of a study have and the store has not, as in a folder copied alone."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestrator.errors import EnvironmentFault
from orchestrator.files import faults
from orchestrator.paths import PREDICTIONS, REQUIRED, TABLES, ResultsPaths, StudyPaths
from orchestrator.plan_document import PlanDocument
from orchestrator.store.journal import read_plan
from orchestrator.store.pack_files import FAILED, entries
from orchestrator.store.predictions import SPLITS, trials_with_predictions


def unstored(paths: ResultsPaths, study: str, plan: PlanDocument | None) -> frozenset[str]:
    """Ids of trials whose rows would be lost if the tables were gathered from the store again.

    plan: plan.json of the study's folder, if it has one.

    A trial that completed or diverged counts also where the store says that it failed. A table
    that cannot be read may contain every trial of the plan.
    """
    stored = entries(paths)
    packs = {entry.pack_id for entry in stored.values()}
    folder, lost = paths.study(study), set[str]()
    for name in TABLES:
        having = {pack for pack in packs if name in REQUIRED or paths.part(name, pack).exists()}
        held = {trial for trial, entry in stored.items() if entry.pack_id in having}
        lost |= _ids(folder.table(name), plan) - held
    lost |= _without_predictions(paths, folder, plan)
    finished = {trial for trial, entry in stored.items() if entry.status != FAILED}
    tabled = table_statuses(folder)
    lost |= {trial for trial, status in tabled.items() if status != FAILED} - finished
    return frozenset(lost)


def _without_predictions(
    paths: ResultsPaths, folder: StudyPaths, plan: PlanDocument | None
) -> set[str]:
    """Ids of trials whose predictions are in the study's table alone."""
    tabled = _ids(folder.table(PREDICTIONS), plan)
    return tabled.difference(*(trials_with_predictions(paths, each) for each in SPLITS))


def table_statuses(folder: StudyPaths) -> dict[str, str]:
    """Trial id → status in trials.parquet; empty where it is absent or cannot be read."""
    try:
        table = pq.read_table(folder.table("trials"), columns=["trial_id", "status"])
    except (pa.ArrowException, OSError):
        return {}
    return dict(zip(*(table[name].to_pylist() for name in ("trial_id", "status")), strict=True))


def known_statuses(
    paths: ResultsPaths, plan: PlanDocument, stored: Mapping[str, str]
) -> dict[str, str]:
    """Trial id → status of the plan's trials: of the store, else of the study's table.

    stored: `statuses` of the store.
    """
    known = {trial: stored[trial] for trial in plan.every_trial() if trial in stored}
    lacking = [trial for trial in plan.every_trial() if known.get(trial, FAILED) == FAILED]
    if lacking:
        tabled = table_statuses(paths.study(plan.study))
        known |= {trial: tabled[trial] for trial in lacking if trial in tabled}
    return known


def table_rows(folder: StudyPaths) -> list[dict[str, Any]]:
    """Rows of trials.parquet; none where it is absent. Raises EnvironmentFault if unreadable."""
    path = folder.table("trials")
    if not path.exists():
        return []
    try:
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise EnvironmentFault(f"cannot read {path}: {str(error).splitlines()[0]}") from error
    return rows


@dataclass(frozen=True, slots=True)
class Kept:
    """A copy of a study's folder. results: the folder that contains it; trials: only there."""

    results: Path
    trials: int


def keep_earlier(paths: ResultsPaths, study: str) -> Kept | None:
    """Copy the study's folder if its tables have trials that the store lacks: a run replaces them.

    None where there is nothing to keep. Raises EnvironmentFault.
    """
    folder = paths.study(study)
    lost = unstored(paths, study, read_plan(folder))
    if not lost:
        return None
    target = next(place for place in _numbered(folder.earlier) if not place.exists())
    with faults(target, "copy the earlier results to"):
        shutil.copytree(folder.root, target / study, ignore=_ignored(folder))
    return Kept(target, len(lost))


def _ignored(study: StudyPaths) -> Any:
    return shutil.ignore_patterns(study.earlier.name, study.driver.name, ".*")


def _numbered(folder: Path) -> Iterator[Path]:
    return (folder / str(number) for number in count(1))


def _ids(table: Path, plan: PlanDocument | None) -> set[str]:
    if not table.exists():
        return set()
    try:
        read = pq.read_table(table, columns=["trial_id"], read_dictionary=["trial_id"])
        return set(pc.unique(read["trial_id"]).to_pylist())
    except (pa.ArrowException, OSError):
        return {trial for trial in plan.every_trial() if trial} if plan else set()
