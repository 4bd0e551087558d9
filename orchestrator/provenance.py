"""Which code, on which machine: what a result is traced back to."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

SENT_GIT = "ORCH_GIT"
"""Environment variable of a cluster's job: the git state where the study was submitted, as JSON."""

_LIBRARIES = ("orch", "torch", "ray")
_GIT_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit that a folder is at, and whether tracked files differ from it."""

    commit: str
    dirty: bool
    diff: str | None = None  # 16 hex digits of the SHA-256 of `git diff HEAD`; None when clean


def git_state(folder: Path) -> GitState | None:
    """None outside a git repository, or without git. In a cluster's job: as it was sent along."""
    if sent := os.environ.get(SENT_GIT):
        found = json.loads(sent)
        return found and GitState(**found)
    commit = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    if not commit or changes is None:
        return None
    if not changes:
        return GitState(commit, dirty=False)
    diff = _git(folder, "diff", "HEAD", "--no-color", "--no-ext-diff")
    return GitState(commit, True, diff and sha256(diff.encode()).hexdigest()[:16])


def versions() -> dict[str, str | None]:
    """Of orch, Python, and the libraries that decide results; nothing is imported for it."""
    return {"python": platform.python_version()} | {name: _version(name) for name in _LIBRARIES}


def machine() -> str:
    """System and processor, e.g. Linux-6.1-x86_64-with-glibc2.36."""
    return platform.platform()


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None when it refuses or is not there."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=True,
            timeout=_GIT_TIMEOUT_S,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
