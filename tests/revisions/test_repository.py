"""What names of revisions mean, and what cannot be read."""

from pathlib import Path

import pytest

from orchestrator.revisions import repository as module
from orchestrator.revisions.errors import RevisionError
from orchestrator.revisions.repository import Repository, open_repository
from tests.revisions.repositories import commit, git, repository, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "repo")
    commit(folder, {"train.py": "1\n", "sub/b.py": ""}, "First")
    git(folder, "tag", "v1.2")
    commit(folder, {"train.py": "2\n"}, "Second")
    return folder


def error(folder: Path, name: str) -> RevisionError:
    with pytest.raises(RevisionError) as found:
        open_repository(folder).commit(name)
    return found.value


@pytest.mark.parametrize("name", ["v1.2", "HEAD~1", "main^", "tags/v1.2", "HEAD^{/First}"])
def test_every_spelling_of_a_commit_is_that_commit(folder: Path, name: str) -> None:
    first = open_repository(folder / "sub").commit(name)
    assert (first.subject, first.date) == ("First", "2026-03-01T12:00:00+00:00")
    assert first.commit == git(folder, "rev-parse", "v1.2")
    assert first.tree == git(folder, "rev-parse", "v1.2^{tree}")
    assert open_repository(folder).commit(first.commit[:8]) == first


def test_an_unknown_name_comes_with_the_nearest(folder: Path) -> None:
    assert error(folder, "mian").cure == "did you mean 'main'?"
    found = error(folder, "v1.3")
    assert "has no revision 'v1.3'" in found.what
    assert found.cure == "did you mean 'v1.2'?"
    assert error(folder, "nothing-like-it").cure == "`git log --oneline` lists commits"


@pytest.mark.parametrize("name", ["--help", "-n1", "main..HEAD", "HEAD:train.py", "", "a b", "\n"])
def test_what_is_no_commit_is_refused(folder: Path, name: str) -> None:
    assert "has no revision" in error(folder, name).what


def test_a_branch_and_a_tag_of_one_name_are_ambiguous(folder: Path) -> None:
    git(folder, "branch", "v1.2")  # another commit than the tag
    found = error(folder, "v1.2")
    assert found.what == "'v1.2' is both a branch and a tag"
    assert found.cure == "write heads/v1.2 or tags/v1.2"
    assert open_repository(folder).commit("heads/v1.2").subject == "Second"


def test_folders_that_have_no_commits_are_refused(tmp_path: Path, folder: Path) -> None:
    bare = tmp_path / "bare"
    git(tmp_path, "clone", "-q", "--bare", str(folder), str(bare))
    for place, said in (
        (tmp_path / "nowhere", "there is no folder"),
        (tmp_path, "is in no git repository"),
        (bare, "is a bare repository"),
        (repository(tmp_path / "empty"), "has no commit"),
    ):
        with pytest.raises(RevisionError, match=said):
            open_repository(place)


def worktree_of(folder: Path) -> str:
    """The files of its tree, each with its mode."""
    with open_repository(folder).with_worktree() as (made, tree):
        return made.git.text("ls-tree", "-r", tree)


def test_the_working_tree_has_changed_and_new_files_but_no_ignored_ones(folder: Path) -> None:
    write(folder, {"train.py": "3\n", "new/c.py": "", ".gitignore": "data\n", "data/big": "x"})
    (folder / "sub" / "b.py").unlink()
    (folder / "train.py").chmod(0o755)
    (folder / "link").symlink_to("train.py")
    lines = [line.split() for line in worktree_of(folder).splitlines()]
    assert {path: mode for mode, _, _, path in lines} == {
        ".gitignore": "100644",
        "link": "120000",
        "new/c.py": "100644",
        "train.py": "100755",
    }


def test_a_clean_working_tree_is_its_commit(folder: Path) -> None:
    repository: Repository = open_repository(folder)
    with repository.with_worktree() as (made, tree):
        assert tree == repository.commit("HEAD").tree
        assert made.changed("HEAD^{tree}", tree) == 0


def test_results_of_orch_are_no_change(folder: Path) -> None:
    before = worktree_of(folder)
    write(folder, {"results/store/trials/a.parquet": "", "results/study/plan.json": ""})
    assert worktree_of(folder) == before


def test_much_that_is_new_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_NEW_BYTES", 10)
    write(folder, {"big.bin": "x" * 11})
    with pytest.raises(RevisionError, match=r"new files .*, such as big\.bin"):
        worktree_of(folder)
