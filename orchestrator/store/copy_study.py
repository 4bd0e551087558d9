"""A study's results from one results folder into another, each file checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.plan_document import PlanDocument
from orchestrator.store.local.atomic_files import faults, replacing
from orchestrator.store.pack_files import entries


@dataclass(frozen=True, slots=True)
class Copied:
    """files, size_bytes: copied now; there: files that were the same already."""

    files: int
    size_bytes: int
    there: int


def copy_study(source: ResultsPaths, target: ResultsPaths, plan: PlanDocument) -> Copied:
    """The parts of the store with the study's trials, and the documents of its folder.

    The study may be under way: a pack comes with its trials last, as it was committed.
    plan: of the source.

    Raises EnvironmentFault for what cannot be read or written, or does not arrive as it is.
    """
    sizes = [_copy(source.root / name, target.root / name) for name in _names(source, plan)]
    new = [size for size in sizes if size is not None]
    return Copied(len(new), sum(new), len(sizes) - len(new))


def _names(source: ResultsPaths, plan: PlanDocument) -> Iterator[Path]:
    study = source.study(plan.study)
    files = [source.part(table, pack) for pack in _packs(source, plan) for table in TABLES]
    for file in (*files, study.study, study.events, study.plan):
        yield file.relative_to(source.root)


def _packs(source: ResultsPaths, plan: PlanDocument) -> list[str]:
    """Those in which a trial of the study counts."""
    stored = entries(source)
    return sorted({stored[trial].pack_id for trial in plan.every_trial() if trial in stored})


def _copy(source: Path, target: Path) -> int | None:
    """Bytes copied; None if the same file is there."""
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
