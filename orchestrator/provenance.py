"""Which code, on which machine: what a result is traced back to."""

import json
import os
import platform
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from orchestrator.safe_git import git

SENT_GIT = "ORCH_GIT"
"""Environment variable of a cluster's job: the git state where the study was submitted, as JSON."""

_PLAIN = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty")  # no other programs
_LIBRARIES = ("orch", "torch", "ray")


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit that a folder is at, and whether tracked files differ from it.

    Of a submodule only its commit counts: git would start a program in it to see more.
    """

    commit: str
    dirty: bool
    diff: str | None = None  # 16 hex digits of the SHA-256 of `git diff HEAD`; None when clean


def git_state(folder: Path) -> GitState | None:
    """None outside a git repository, or without git. In a cluster's job: as it was sent along."""
    if sent := os.environ.get(SENT_GIT):
        found = json.loads(sent)
        return found and GitState(**found)
    commit = git(folder, "rev-parse", "HEAD")
    changes = git(
        folder, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty"
    )
    if not commit or changes is None:
        return None
    if not changes:
        return GitState(commit, dirty=False)
    diff = git(folder, "diff", "HEAD", "--no-color", *_PLAIN)
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
