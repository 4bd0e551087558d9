"""The revisions that a study names: what each is, its files, and how they differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.revisions.checkout import checked_out
from orchestrator.revisions.errors import RevisionError
from orchestrator.revisions.records import FileChange, Revision
from orchestrator.revisions.repository import WORKTREE, Commit, Repository

MOST_FILES = 500  # that a record of a difference lists


@dataclass(frozen=True, slots=True)
class State:
    """A revision and the folder with its files."""

    revision: Revision
    root: Path


def states_of(
    repository: Repository, names: Sequence[str], reference: str
) -> dict[str, State | RevisionError]:
    """Name → its state, or what is wrong with it.

    reference: the revision, one of the names, from which the others differ.
    """
    found: dict[str, Commit | RevisionError] = {name: _commit(repository, name) for name in names}
    try:
        with repository.with_worktree() if WORKTREE in names else nullcontext() as made:
            knowing, tree = made or (repository, "")
            of_worktree = found.get(WORKTREE)
            if isinstance(of_worktree, Commit):
                found[WORKTREE] = replace(of_worktree, tree=tree)
            return dict(_states(knowing, found, reference))
    except RevisionError as error:
        failed: dict[str, State | RevisionError] = {WORKTREE: error}
        rest = [name for name in names if name != WORKTREE]
        return failed | (states_of(repository, rest, reference) if rest else {})


def _commit(repository: Repository, name: str) -> Commit | RevisionError:
    try:
        return repository.commit("HEAD" if name == WORKTREE else name)
    except RevisionError as error:
        return error


def _states(
    repository: Repository, found: Mapping[str, Commit | RevisionError], reference: str
) -> Iterator[tuple[str, State | RevisionError]]:
    before = found.get(reference)
    for name, commit in found.items():
        if isinstance(commit, RevisionError):
            yield name, commit
            continue
        try:
            root = checked_out(repository.git, commit.tree)
        except RevisionError as error:
            error.what = f"in {name}: {error.what}"
            yield name, error
            continue
        compared = before if isinstance(before, Commit) and name != reference else None
        yield name, State(_revision(repository, name, commit, compared, reference), root)


def _revision(
    repository: Repository, name: str, commit: Commit, before: Commit | None, reference: str
) -> Revision:
    """before: the state of the reference; None for itself."""
    changes = list(_changes(repository, before.tree, commit.tree)) if before else []
    uncommitted = 0
    if name == WORKTREE:
        uncommitted = repository.changed(f"{commit.commit}^{{tree}}", commit.tree)
    return Revision(
        revision=name,
        commit=commit.commit,
        date=commit.date,
        subject=commit.subject,
        tree=commit.tree,
        uncommitted=uncommitted,
        against=reference if before else None,
        files=len(changes),
        insertions=_sum(each.insertions for each in changes),
        deletions=_sum(each.deletions for each in changes),
        changes=tuple(changes[:MOST_FILES]),
    )


def _sum(numbers: Iterable[int | None]) -> int:
    return sum(number or 0 for number in numbers)


def _changes(repository: Repository, before: str, after: str) -> Iterator[FileChange]:
    """As `git diff --numstat`: a file that was renamed is one that went and one that came."""
    options = ("-r", "--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")
    for line in repository.git.parts("diff-tree", *options, before, after):
        inserted, deleted, path = line.split("\t", 2)
        yield FileChange(path, _count(inserted), _count(deleted))


def _count(text: str) -> int | None:
    """None of a file that is no text."""
    return None if text == "-" else int(text)
