"""A study's results from one results folder into another, each file checked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.store.local.atomic_files import faults, replacing
from orchestrator.store.pack_files import entries


@dataclass(frozen=True, slots=True)
class Copied:
    """files, size_bytes: copied now; there: files that were the same already."""

    files: int
    size_bytes: int
    there: int


def copy_study(source: ResultsPaths, target: ResultsPaths, document: Mapping[str, Any]) -> Copied:
    """The parts of the store with the study's trials, and the documents of its folder.

    The study may be under way: a pack comes with its trials last, as it was committed.
    document: plan.json of the source.

    Raises EnvironmentFault for what cannot be read or written, or does not arrive as it is.
    """
    sizes = [_copy(source.root / name, target.root / name) for name in _names(source, document)]
    new = [size for size in sizes if size is not None]
    return Copied(len(new), sum(new), len(sizes) - len(new))


def _names(source: ResultsPaths, document: Mapping[str, Any]) -> Iterator[Path]:
    study = source.study(document["study"])
    files = [source.part(table, pack) for pack in _packs(source, document) for table in TABLES]
    for file in (*files, study.study, study.events, study.plan):
        yield file.relative_to(source.root)


def _packs(source: ResultsPaths, document: Mapping[str, Any]) -> list[str]:
    """Those in which a trial of the study counts."""
    stored = entries(source)
    wanted = _trials(document["variants"])
    return sorted({stored[trial].pack_id for trial in wanted if trial in stored})


def _trials(variants: Iterable[Mapping[str, Any]]) -> set[str]:
    """Of both phases, as far as they are known."""
    found = {trial for variant in variants for trial in variant["trials"] if trial}
    points = (point for variant in variants for point in variant["tuning"])
    return found | {trial for point in points for trial in point["trials"]}


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
