"""Which code, on which machine."""

import hashlib
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from orchestrator.provenance import GitState, git_state, machine, versions


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "study.yaml").write_text("study: a\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "a study")
    return tmp_path


def test_a_clean_folder(repository: Path) -> None:
    assert git_state(repository) == GitState(git(repository, "rev-parse", "HEAD"), dirty=False)


def test_results_in_the_folder_make_nothing_dirty(repository: Path) -> None:
    (repository / "results").mkdir()
    (repository / "results" / "plan.json").write_text("{}")
    assert git_state(repository) == GitState(git(repository, "rev-parse", "HEAD"), dirty=False)


def test_a_change_makes_it_dirty(repository: Path) -> None:
    (repository / "study.yaml").write_text("study: b\n")
    state = git_state(repository)
    assert state is not None
    assert state.dirty
    diff = git(repository, "diff", "HEAD").strip()
    assert state.diff == hashlib.sha256(diff.encode()).hexdigest()[:16]


def test_outside_a_repository(tmp_path: Path) -> None:
    assert git_state(tmp_path) is None
    assert git_state(tmp_path / "not there") is None


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert git_state(tmp_path) is None


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert git_state(repository) is None


def test_versions() -> None:
    found = versions()
    assert set(found) == {"python", "orch", "torch", "ray"}
    assert found["python"] == platform.python_version()
    assert found["torch"] == version("torch")
    assert platform.system() in machine()
