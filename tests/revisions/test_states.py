"""Revisions side by side: what each is, and what `git diff` says of it."""

from pathlib import Path

import pytest

from orchestrator.revisions.errors import RevisionError
from orchestrator.revisions.records import FileChange
from orchestrator.revisions.repository import open_repository
from orchestrator.revisions.states import State, states_of
from tests.revisions.repositories import commit, git, repository, write

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "repo")
    commit(folder, {"train.py": "a\nb\nc\n", "old.py": "1\n2\n", "x.bin": "\0"}, "First")
    commit(folder, {"train.py": "a\nB\nc\nd\n"}, "Second")
    write(folder, {"train.py": "a\n", "x.bin": "\0\1"})
    (folder / "old.py").unlink()
    return folder


def states(folder: Path, *names: str, reference: str) -> dict[str, State]:
    found = states_of(open_repository(folder), names, reference)
    return {name: state for name, state in found.items() if isinstance(state, State)}


def test_each_differs_from_the_reference_as_git_counts(folder: Path) -> None:
    found = states(folder, "HEAD~1", "main", "worktree", reference="HEAD~1")
    first, main, worktree = (state.revision for state in found.values())
    assert (first.against, first.files, first.changes) == (None, 0, ())
    assert main.changes == (FileChange("train.py", 2, 1),)
    assert worktree.changes == (
        FileChange("old.py", 0, 2),
        FileChange("train.py", 0, 2),
        FileChange("x.bin", None, None),
    )
    assert (worktree.files, worktree.insertions, worktree.deletions) == (3, 0, 4)
    assert git(folder, "diff", "--shortstat", "HEAD~1").startswith("3 files changed, 4 deletions")
    assert (worktree.commit, worktree.subject, worktree.uncommitted) == (main.commit, "Second", 3)


def test_what_lies_in_the_working_tree_is_copied(folder: Path) -> None:
    before = states(folder, "worktree", reference="worktree")["worktree"]
    write(folder, {"train.py": "later\n"})
    after = states(folder, "worktree", reference="worktree")["worktree"]
    assert (before.root / "train.py").read_text() == "a\n"
    assert (after.root / "train.py").read_text() == "later\n"


def test_the_repository_stays_as_it_is(folder: Path) -> None:
    def content() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    before = content()
    states(folder, "main", "worktree", reference="main")
    assert content() == before


def test_what_is_wrong_with_one_leaves_the_others(folder: Path) -> None:
    commit(repository(folder / "inner"), {"a": ""})
    found = states_of(open_repository(folder), ["main", "worktree", "none"], "main")
    assert isinstance(found["main"], State)
    worktree, unknown = found["worktree"], found["none"]
    assert isinstance(worktree, RevisionError)
    assert worktree.what.startswith("in worktree: inner is a repository in the repository")
    assert isinstance(unknown, RevisionError)
