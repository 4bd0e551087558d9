"""Checkouts are complete, kept, mended, and made by several processes at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestrator.revisions.checkout import checked_out, differing, files_of
from orchestrator.revisions.errors import RevisionError
from orchestrator.revisions.git import Git
from tests.revisions.repositories import commit, git, repository


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "repo")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("sub/ü.py")
    commit(folder, {"train.py": "1\n", "sub/ü.py": "2\n", ".gitattributes": "*.py export-ignore\n"})
    return folder


def tree_of(folder: Path, name: str = "HEAD") -> str:
    return git(folder, "rev-parse", f"{name}^{{tree}}")


def test_all_files_are_there_as_git_has_them(folder: Path, cache: Path) -> None:
    root = checked_out(Git(folder), tree_of(folder))
    assert root == cache / tree_of(folder)
    assert files_of(root) == [".gitattributes", "link", "run.sh", "sub/ü.py", "train.py"]
    assert (root / "link").read_text() == "2\n"
    assert (root / "link").is_symlink()
    assert os.access(root / "run.sh", os.X_OK)
    assert not os.access(root / "train.py", os.X_OK)
    assert sorted(path.name for path in cache.iterdir()) == [root.name, f"{root.name}.json"]


def test_a_checkout_is_made_once(folder: Path, cache: Path) -> None:
    root = checked_out(Git(folder), tree_of(folder))
    inode = (root / "train.py").stat().st_ino
    (root / "output").write_text("of a trial")
    assert checked_out(Git(Path("/nowhere")), root.name) == root  # git is not needed any more
    assert (root / "train.py").stat().st_ino == inode
    assert "output" not in files_of(root)


def test_what_was_changed_there_is_mended(folder: Path, cache: Path) -> None:
    root = checked_out(Git(folder), tree_of(folder))
    (root / "train.py").write_text("9\n")  # of the same length
    (root / "run.sh").unlink()
    inode = (root / "sub" / "ü.py").stat().st_ino
    checked_out(Git(folder), root.name)
    assert (root / "train.py").read_text() == "1\n"
    assert os.access(root / "run.sh", os.X_OK)
    assert (root / "sub" / "ü.py").stat().st_ino == inode


def test_what_nobody_has_used_for_long_is_removed(folder: Path, cache: Path) -> None:
    old = checked_out(Git(folder), tree_of(folder))
    before = time.time() - 100 * 24 * 3600
    os.utime(old.with_name(f"{old.name}.json"), (before, before))
    commit(folder, {"train.py": "2\n"})
    new = checked_out(Git(folder), tree_of(folder))
    assert new.is_dir()
    assert not old.exists()
    assert differing(new, checked_out(Git(folder), old.name)) == ["train.py"]


def test_two_processes_may_make_it_at_once(folder: Path, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from orchestrator.revisions.git import Git; "
        "from orchestrator.revisions.checkout import checked_out; "
        "print(checked_out(Git(Path(sys.argv[1])), sys.argv[2]))"
    )
    words = [sys.executable, "-c", code, str(folder), tree_of(folder)]
    started = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    roots = {process.communicate(timeout=60)[0].strip() for process in started}
    assert roots == {str(cache / tree_of(folder))}
    assert (cache / tree_of(folder) / "train.py").read_text() == "1\n"
    assert len(list(cache.iterdir())) == 2  # no temporary folder is left


@pytest.mark.usefixtures("cache")
def test_submodules_and_pointers_of_lfs_are_refused(folder: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    commit(folder, {"data.bin": pointer})
    with pytest.raises(RevisionError, match=r"data\.bin is in Git LFS"):
        checked_out(Git(folder), tree_of(folder))
    commit(repository(folder / "inner"), {"a": ""})
    git(folder, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    git(folder, "commit", "-q", "-m", "inner")
    with pytest.raises(RevisionError, match="inner is a repository in the repository"):
        checked_out(Git(folder), tree_of(folder))
