"""git is asked without running what a repository names."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.provenance import git_state
from orchestrator.safe_git import git


def commit(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    raw(folder, "add", "--all")
    raw(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", name)


def raw(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    raw(folder, "init", "-q")
    commit(folder, "study.yaml", "study: a\n")
    return folder


def monitor(folder: Path, program: str) -> None:
    raw(folder, "config", "core.fsmonitor", program)


def clean_filter(folder: Path, program: str) -> None:
    raw(folder, "config", "filter.a=b.clean", program)
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("* filter=a=b\n")


def long_filter(folder: Path, program: str) -> None:
    raw(folder, "config", "filter.x.process", program)
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("* filter=x\n")


def included_filter(folder: Path, program: str) -> None:
    (folder / ".git" / "more").write_text(f'[filter "a=b"]\n\tclean = {program}\n')
    raw(folder, "config", "include.path", "more")
    clean_filter(folder, program)
    raw(folder, "config", "--unset", "filter.a=b.clean")


def converter(folder: Path, program: str) -> None:
    raw(folder, "config", "diff.x.textconv", program)
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("* diff=x\n")


def external_diff(folder: Path, program: str) -> None:
    raw(folder, "config", "diff.external", program)


def hook(folder: Path, program: str) -> None:
    file = folder / ".git" / "hooks" / "post-index-change"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{program}\n")
    file.chmod(0o755)


@pytest.mark.parametrize(
    "names", [monitor, clean_filter, long_filter, included_filter, converter, external_diff, hook]
)
def test_nothing_that_the_repository_names_is_run(
    repository: Path, tmp_path: Path, names: Callable[[Path, str], None]
) -> None:
    trace = tmp_path / "trace"
    (repository / "study.yaml").write_text("study: b\n")
    names(repository, f"touch {trace}; cat")
    raw_state = ["git", "-C", str(repository)]
    for words in (["status", "--porcelain"], ["diff", "HEAD"]):
        subprocess.run([*raw_state, *words], capture_output=True, check=False)
    assert trace.exists() or names is hook, "plain git runs it: else this test shows nothing"
    trace.unlink(missing_ok=True)
    state = git_state(repository)
    assert state is not None
    assert state.dirty
    assert state.diff
    assert not trace.exists()


def test_the_diff_is_that_of_the_files(repository: Path) -> None:
    (repository / "study.yaml").write_text("study: b\n")
    clean_filter(repository, "tr a-z A-Z")
    found = git(repository, "diff", "HEAD")
    assert found is not None
    assert "+study: b" in found


def test_what_the_user_has_set_up_for_all_repositories_still_works(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Git LFS: without its filter every large file would look changed."""
    of_user = tmp_path / "gitconfig"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(of_user))
    raw(repository, "config", "--global", "filter.upper.clean", "tr a-z A-Z")
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* filter=upper\n")
    (repository / "study.yaml").write_text("study: b\n")
    found = git(repository, "diff", "HEAD")
    assert found is not None
    assert "+STUDY: B" in found


def test_settings_of_the_environment_stay(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As safe.directory, which a container needs."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.name")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "Ada")
    assert git(repository, "config", "user.name") == "Ada"
    assert git(repository, "config", "core.fsmonitor") == "false"


def test_nothing_is_fetched(repository: Path, tmp_path: Path) -> None:
    """A partial clone fetches missing objects, by a program that its configuration chooses."""
    trace = tmp_path / "trace"
    blob = raw(repository, "rev-parse", "HEAD:study.yaml").strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (repository / "study.yaml").write_text("study: b\n")
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::touch {trace}",
        "protocol.ext.allow": "always",
    }.items():
        raw(repository, "config", key, value)
    command = ["git", "-C", str(repository), "diff", "HEAD"]
    subprocess.run(command, capture_output=True, check=False)
    assert trace.exists(), "plain git runs it: else this test shows nothing"
    trace.unlink()
    git_state(repository)
    assert not trace.exists()
