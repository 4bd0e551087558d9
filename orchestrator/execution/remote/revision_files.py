"""The files of a study's revisions in the archive, and what of them is not sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.errors import InputError, Problem
from orchestrator.execution.remote.gitignore import real
from orchestrator.execution.remote.secret_files import looks_secret
from orchestrator.models.settings.own import Checkout
from orchestrator.revisions.checkout import files_of
from orchestrator.revisions.records import Revision
from orchestrator.revisions.sent import FOLDER, LIST, list_to_send


@dataclass(frozen=True, slots=True)
class RevisionFiles:
    """files: as of the archive.   secrets, leading_out: by their paths in the repository."""

    files: dict[str, Path | bytes] = field(default_factory=dict)
    secrets: list[Path] = field(default_factory=list)
    leading_out: list[Path] = field(default_factory=list)  # links


def revision_files(checkouts: Iterable[Checkout], revisions: Iterable[Revision]) -> RevisionFiles:
    """The files of checkouts, and the list that a job reads them by.

    Raises InputError for a link to a folder: an upload has files only.
    """
    every = {each.revision: each for each in checkouts}
    found = RevisionFiles()
    for each in every.values():
        for name in files_of(each.root):
            _add(found, each, name)
    for first in list(every.values())[:1]:  # the folders are the same in all
        folders = (first.home, *first.installed)
        home, *installed = (folder.relative_to(first.root).as_posix() for folder in folders)
        sent = tuple(each for each in revisions if each.revision in every)
        found.files[f"{FOLDER}/{LIST}"] = list_to_send(sent, home, tuple(installed))
    return found


def _add(found: RevisionFiles, checkout: Checkout, name: str) -> None:
    path, root = checkout.root / name, real(checkout.root)
    target, shown = real(path), checkout.repository / name
    if not target.is_relative_to(root):
        _once(found.leading_out, shown)
    elif looks_secret(name) or looks_secret(target.relative_to(root).as_posix()):
        _once(found.secrets, shown)
    elif path.is_file():
        found.files[f"{FOLDER}/{checkout.root.name}/{name}"] = path
    else:
        what = "is a link to a folder, or to nothing: an upload has files only"
        raise InputError([Problem(f"{checkout.revision}: {name}", what)])


def _once(paths: list[Path], path: Path) -> None:
    """Several revisions may have it."""
    if path not in paths:
        paths.append(path)
