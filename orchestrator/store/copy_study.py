"""Copies the results of a study between results folders and verifies every file."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from orchestrator.errors import EnvironmentFault
from orchestrator.files import faults, replacing
from orchestrator.paths import REQUIRED, TABLES, ResultsPaths
from orchestrator.plan_document import PlanDocument
from orchestrator.store.pack_files import entries
from orchestrator.store.tables.plan_index import PlanIndex
from orchestrator.store.tables.predictions import kept_tables


@dataclass(frozen=True, slots=True)
class Copied:
    """files, size_bytes: copied now. there: number of files that were identical already."""

    files: int
    size_bytes: int
    there: int


def copy_study(source: ResultsPaths, target: ResultsPaths, plan: PlanDocument) -> Copied:
    """Copy the packs, weights and predictions of the study's trials, and its own documents.

    The study may be running: of each pack `trials` is copied last, in the order of its commit.
    plan: plan.json of the source.

    Raises EnvironmentFault when a file cannot be read or written, or differs after copying.
    """
    sizes = [_copy(source.root / name, target.root / name) for name in _names(source, plan)]
    new = [size for size in sizes if size is not None]
    return Copied(len(new), sum(new), len(sizes) - len(new))


def _names(source: ResultsPaths, plan: PlanDocument) -> Iterator[Path]:
    study = source.study(plan.study)
    parts = [source.part(table, pack) for pack in _packs(source, plan) for table in TABLES]
    files = [part for part in parts if part.exists() or part.parent.name in REQUIRED]
    kept = (source.weights(trial) for trial in plan.every_trial() if trial)
    weights = [file for file in kept if file.exists()]
    tables = kept_tables(source, plan, PlanIndex.of(plan))
    predictions = [file for _, found in tables for file in found]
    for file in (*weights, *predictions, *files, study.study, study.events, study.plan):
        yield file.relative_to(source.root)


def _packs(source: ResultsPaths, plan: PlanDocument) -> list[str]:
    """Ids of the packs from which rows of the study's trials are used."""
    stored = entries(source)
    return sorted({stored[trial].pack_id for trial in plan.every_trial() if trial in stored})


def _copy(source: Path, target: Path) -> int | None:
    """Bytes copied; None if the target is identical already."""
    with faults(source, "read"):
        data = source.read_bytes()
    digest = sha256(data).digest()
    if _digest(target) == digest:
        return None
    with replacing(target) as file:
        file.write(data)
    if _digest(target) != digest:
        raise EnvironmentFault(
            f"{target} differs from {source} after copying\n    fetch again; check the disk"
        )
    return len(data)


def _digest(path: Path) -> bytes | None:
    with faults(path, "read"):
        return sha256(path.read_bytes()).digest() if path.exists() else None
