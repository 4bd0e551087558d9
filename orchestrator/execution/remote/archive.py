"""The archive with all that a cluster needs to run a study: orch, own code, the study, its data."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from orchestrator.errors import InputError, Problem
from orchestrator.execution.remote.gitignore import Found, files_below, real
from orchestrator.execution.remote.revision_files import RevisionFiles, revision_files
from orchestrator.execution.remote.secret_files import looks_secret
from orchestrator.models.settings.own import OwnTask
from orchestrator.models.settings.own_trial import OwnCommand, OwnFunction, OwnTrial
from orchestrator.plan.identity import own_packages
from orchestrator.study.records import Study

LIMIT_BYTES = 100 * 2**20  # the most that a Ray Jobs server accepts over HTTP
_CODE = {".py", ".yaml", ".html", ".css", ".js"}
Own = TypeVar("Own", bound=OwnTrial)
_NAMED = 3  # largest files that are listed


@dataclass(frozen=True, slots=True)
class Archive:
    """files: name in the archive → its path on this machine, or its content.

    secrets, leading_out: of packages and revisions, what is not sent; see `files_below`.
    """

    files: Mapping[str, Path | bytes]
    secrets: tuple[Path, ...] = ()
    leading_out: tuple[Path, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Size before compression."""
        return sum(map(_size, self.files.values()))

    @property
    def largest(self) -> str:
        """Names and sizes of the largest files."""
        ranked = sorted(self.files.items(), key=lambda item: _size(item[1]), reverse=True)
        return ", ".join(f"{name} ({size_text(_size(file))})" for name, file in ranked[:_NAMED])

    def write(self, path: Path) -> None:
        """The same files give the same bits, so that Ray uploads them only once.

        Raises InputError if a Jobs server would not accept it.
        """
        with ZipFile(path, "w", ZIP_DEFLATED) as zip_file:
            for name, file in sorted(self.files.items()):
                content = file if isinstance(file, bytes) else file.read_bytes()
                zip_file.writestr(_entry(name), content)
        if (size := path.stat().st_size) > LIMIT_BYTES:
            raise InputError([self._too_large(size)])

    def _too_large(self, size: int) -> Problem:
        return Problem(
            "upload",
            f"{size_text(size)} compressed, in {len(self.files):,} files",
            f"at most {size_text(LIMIT_BYTES)}",
            f"list in .rayignore what the study does not need; the largest: {self.largest}",
        )


def study_file(study: Study) -> str:
    """Name of the study's file in the archive."""
    return f"{study.name}.yaml"


def archive_of(study: Study, here: Path) -> Archive:
    """here: the working folder, to which relative paths of data refer.

    Raises InputError where the study names a file that looks secret.
    """
    found: dict[str, Path | bytes] = {**dict(_orch())}
    homes = own_packages(study)
    packages = [files_below(home) for home in homes]
    for home, package in zip(homes, packages, strict=True):
        found |= _below(home.parent, package.files)
    _check_secrets([*_own_files(study), *filter(_is_sent, _given_files(study))])
    for file in _own_files(study):  # beside a module, or in a package
        found |= _below(_root(file, homes), [file])
    found |= {path.as_posix(): here / path for path in _given_files(study) if _is_sent(path)}
    found |= _of_commands(study)
    checkouts = [own.checkout for own in _own(study, OwnTrial) if own.checkout]
    revisions = revision_files(checkouts, study.revisions)
    parts: list[Found | RevisionFiles] = [*packages, revisions]
    return Archive(
        found | revisions.files | {study_file(study): study.text.encode()},
        tuple(path for part in parts for path in part.secrets),
        tuple(path for part in parts for path in part.leading_out),
    )


def _check_secrets(named: Iterable[Path]) -> None:
    """named: by the study, or by a task in its code. A link counts as what it leads to."""
    if secret := [path for path in named if _is_secret(path) or _is_secret(real(path))]:
        what = "looks like a password, a token or a private key: orch does not send it"
        cure = "if it is data, give it another name; else let the cluster's nodes have their own"
        raise InputError([Problem(str(path), what, cure=cure) for path in secret])


def _is_secret(file: Path) -> bool:
    """By its name and that of its folder: those above are the user's."""
    return looks_secret("/".join(file.parts[-2:]))


def files_expected(study: Study) -> list[Path]:
    """Data that settings name by an absolute path: every node must have it."""
    return [path for path in _given_files(study) if not _is_sent(path)]


def check_paths(study: Study) -> None:
    """Raises InputError for relative paths of data outside the working folder."""
    lost = [path for path in _given_files(study) if _is_sent(path) and ".." in path.parts]
    if lost:
        cure = "give an absolute path that every node has, or start from a folder above the data"
        what = "is outside the folder that is sent to the cluster"
        raise InputError([Problem(str(path), what, cure=cure) for path in lost])


def _given_files(study: Study) -> list[Path]:
    """Data that the study's settings name."""
    files = {path for settings in study.loops for path in settings.task.files}
    own = (own for own in _own(study, OwnFunction) if own.checkout is None)
    files |= {path for each in own for path in each.decisive_files}
    return sorted(files - set(_own_files(study)))


def _own(study: Study, kind: type[Own]) -> Iterator[Own]:
    every = (section for v in study.variants for _, section in v.settings.sections)
    return (section for section in every if isinstance(section, kind))


def _of_commands(study: Study) -> dict[str, Path | bytes]:
    """The files of commands, which run in the study's folder."""
    return {
        path.relative_to(own.home).as_posix(): path
        for own in _own(study, OwnCommand)
        if own.checkout is None
        for path in own.decisive_files
        if path.is_relative_to(own.home) and not looks_secret(str(path.relative_to(own.home)))
    }


def _own_files(study: Study) -> list[Path]:
    """Data that the user's own task declares; they lie beside its code."""
    tasks = [settings.task for settings in study.loops]
    return sorted({f for task in tasks if isinstance(task, OwnTask) for f in task.own_files})


def _root(file: Path, homes: Iterable[Path]) -> Path:
    """The folder from which the code beside this file is imported."""
    return next(home.parent for home in homes if file.is_relative_to(home.parent))


def _is_sent(path: Path) -> bool:
    return not path.is_absolute()


def _orch() -> Iterator[tuple[str, Path]]:
    """Orch as it is installed here; nodes need only its dependencies."""
    package = Path(__file__).parents[2]
    for folder, _, files in os.walk(package, followlinks=True):  # some of its folders are links
        for path in (Path(folder, name) for name in files):
            if path.suffix in _CODE:
                yield path.relative_to(package.parent).as_posix(), path


def _below(root: Path, files: Iterable[Path]) -> dict[str, Path | bytes]:
    return {path.relative_to(root).as_posix(): path for path in files}


def _entry(name: str) -> ZipInfo:
    """Without the file's time, which would change the archive's hash."""
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
    return entry


def _size(file: Path | bytes) -> int:
    return len(file) if isinstance(file, bytes) else file.stat().st_size


def size_text(size: int) -> str:
    """1.2 MB, 31 KB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(size / 1e3, 0.1):.1f} KB"
