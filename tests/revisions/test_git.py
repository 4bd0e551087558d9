"""Looking at a repository runs nothing that it names."""

from pathlib import Path

import pytest

from orchestrator.revisions.errors import RevisionError
from orchestrator.revisions.git import Git
from orchestrator.revisions.repository import open_repository
from orchestrator.revisions.states import State, states_of
from tests.revisions.repositories import commit, git, repository, write


@pytest.fixture
def hostile(tmp_path: Path) -> tuple[Path, Path]:
    """A repository whose hooks, filters and monitor leave a mark, and that mark."""
    folder, mark = repository(tmp_path / "repo"), tmp_path / "mark"
    commit(folder, {"a.bin": "1", "train.py": "x = 1\n", ".gitattributes": "*.bin filter=f diff=d"})
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(0o755)
    for hook in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction"):
        (folder / ".git" / "hooks" / hook).symlink_to(program)
    for key in ("filter.f.clean", "filter.f.smudge", "core.fsmonitor", "diff.d.textconv",
                "diff.external", "gpg.program", "core.pager"):  # fmt: skip
        git(folder, "config", key, str(program))
    git(folder, "config", "filter.f.required", "true")
    git(folder, "config", "log.showSignature", "true")
    write(folder, {"a.bin": "2", "train.py": "x = 2\n", "new.bin": "3"})
    return folder, mark


@pytest.mark.usefixtures("cache")
def test_no_program_of_the_repository_is_run(hostile: tuple[Path, Path]) -> None:
    folder, mark = hostile
    states = states_of(open_repository(folder), ["main", "worktree"], "main")
    assert not mark.exists()
    worktree = states["worktree"]
    assert isinstance(worktree, State)
    assert (worktree.root / "a.bin").read_text() == "2"
    assert worktree.revision.files == 3
    git(folder, "status")  # the same programs do run where git is called as usual
    assert mark.exists()


def test_another_repository_in_the_environment_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = repository(tmp_path / "mine"), repository(tmp_path / "other")
    commit(mine, {"a": "1"}, "mine")
    commit(other, {"a": "2"}, "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert open_repository(mine).commit("HEAD").subject == "mine"


def test_a_machine_without_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RevisionError, match="git cannot be run"):
        Git(tmp_path).text("version")
