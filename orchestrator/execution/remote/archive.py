"""What a cluster needs to run a study, in one archive: orch, own code, the study and its data."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from orchestrator.errors import InputError, Problem
from orchestrator.execution.remote.gitignore import files_below
from orchestrator.models.settings.own import OwnTask
from orchestrator.plan.identity import own_packages
from orchestrator.study.records import Study

LIMIT_BYTES = 100 * 2**20  # a Ray Jobs server takes no more over HTTP
_CODE = {".py", ".yaml", ".html", ".css", ".js"}
_NAMED = 3  # largest files, by name


@dataclass(frozen=True, slots=True)
class Shipment:
    """files: name in the archive → where it lies here, or its content."""

    files: Mapping[str, Path | bytes]

    @property
    def size_bytes(self) -> int:
        """Before it is compressed."""
        return sum(map(_size, self.files.values()))

    @property
    def largest(self) -> str:
        """The largest files by name, with what each adds."""
        ranked = sorted(self.files.items(), key=lambda item: _size(item[1]), reverse=True)
        return ", ".join(f"{name} ({size_text(_size(file))})" for name, file in ranked[:_NAMED])

    def pack(self, archive: Path) -> None:
        """Write the archive: the same bits for the same files, so that it is sent only once.

        Raises InputError if a Jobs server would not take it.
        """
        with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
            for name, file in sorted(self.files.items()):
                content = file if isinstance(file, bytes) else file.read_bytes()
                packed.writestr(_entry(name), content)
        if (size := archive.stat().st_size) > LIMIT_BYTES:
            raise InputError([self._too_large(size)])

    def _too_large(self, size: int) -> Problem:
        return Problem(
            "upload",
            f"{size_text(size)} compressed, in {len(self.files):,} files",
            f"at most {size_text(LIMIT_BYTES)}",
            f"name in .rayignore what the study does not need; the largest: {self.largest}",
        )


def study_file(study: Study) -> str:
    """What the study is called in the archive."""
    return f"{study.name}.yaml"


def shipment(study: Study, here: Path) -> Shipment:
    """here: the working folder, where relative paths of data begin."""
    found: dict[str, Path | bytes] = {**dict(_ours())}
    homes = own_packages(study)
    for home in homes:
        found |= _below(home.parent, files_below(home))
    for file in _own_files(study):  # beside a module, or in a package
        found |= _below(_root(file, homes), [file])
    found |= {path.as_posix(): here / path for path in _given_files(study) if _is_sent(path)}
    return Shipment(found | {study_file(study): study.text.encode()})


def files_expected(study: Study) -> list[Path]:
    """Data that settings name by an absolute path: it must be there on every node."""
    return [path for path in _given_files(study) if not _is_sent(path)]


def check_paths(study: Study) -> None:
    """Raises InputError for relative paths of data that lead out of the working folder."""
    lost = [path for path in _given_files(study) if _is_sent(path) and ".." in path.parts]
    if lost:
        cure = "give an absolute path that every node has, or start from a folder above the data"
        what = "leads out of the folder that is sent to the cluster"
        raise InputError([Problem(str(path), what, cure=cure) for path in lost])


def _given_files(study: Study) -> list[Path]:
    """Data that the study's settings name."""
    files = {path for v in study.variants for path in v.settings.task.files}
    return sorted(files - set(_own_files(study)))


def _own_files(study: Study) -> list[Path]:
    """Data that a task of the user's own declares; they lie beside its code."""
    tasks = [v.settings.task for v in study.variants]
    return sorted({f for task in tasks if isinstance(task, OwnTask) for f in task.own_files})


def _root(file: Path, homes: Iterable[Path]) -> Path:
    """The folder from which the code beside this file is imported."""
    return next(home.parent for home in homes if file.is_relative_to(home.parent))


def _is_sent(path: Path) -> bool:
    return not path.is_absolute()


def _ours() -> Iterator[tuple[str, Path]]:
    """Orch as it is installed here; the nodes need its dependencies only."""
    package = Path(__file__).parents[2]
    for folder, _, files in os.walk(package, followlinks=True):  # some of its folders are links
        for path in (Path(folder, name) for name in files):
            if path.suffix in _CODE:
                yield path.relative_to(package.parent).as_posix(), path


def _below(root: Path, files: Iterable[Path]) -> dict[str, Path | bytes]:
    return {path.relative_to(root).as_posix(): path for path in files}


def _entry(name: str) -> ZipInfo:
    """Without the time of the file: it would change the archive's hash."""
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
    return entry


def _size(file: Path | bytes) -> int:
    return len(file) if isinstance(file, bytes) else file.stat().st_size


def size_text(size: int) -> str:
    """1.2 MB, 31 KB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(size / 1e3, 0.1):.1f} KB"
