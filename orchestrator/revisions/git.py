"""The git of PATH in one folder. It only reads, and runs no program that a repository names.

A repository's configuration may name programs: hooks, filters, a monitor of the file system, a
transport. All of them are switched off, so that looking at a repository runs none of its code.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from orchestrator.revisions.errors import RevisionError

_OFF = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.splitIndex=false",  # else an index elsewhere would put a part of it into the repository
    "core.safecrlf=false",
    "log.showSignature=false",
    "protocol.allow=never",  # a partial clone would fetch
    "submodule.recurse=false",
)
_KEPT = (
    "GIT_CEILING_DIRECTORIES",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
)
"""Variables of git that say how it works here; the others choose another repository or index."""
_OF_FILTERS = ("clean=", "smudge=", "process=", "required=false")


class GitRefused(Exception):
    """git ended with an error; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Git:
    """folder: where git is called. variables: of its environment. filters: names to switch off."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()

    def run(self, *arguments: str, given: bytes | None = None) -> bytes:
        """What git prints. given: on stdin. Raises GitRefused; RevisionError without git."""
        off = [*_OFF, *(f"filter.{name}.{what}" for name in self.filters for what in _OF_FILTERS)]
        options = [word for setting in off for word in ("-c", setting)]
        try:
            done = subprocess.run(
                ["git", "--no-pager", "-C", str(self.folder), *options, *arguments],
                input=given if given is not None else b"",
                capture_output=True,
                env=self._environment(),
                check=False,
            )
        except OSError as error:
            what = f"git cannot be run: {error.strerror}"
            raise RevisionError(what, cure="install git, or put it into PATH") from error
        if done.returncode:
            raise GitRefused(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def text(self, *arguments: str) -> str:
        """What git prints, without the last line break."""
        return self.run(*arguments).decode(errors="surrogateescape").rstrip("\n")

    def parts(self, *arguments: str) -> list[str]:
        """What git prints with -z: texts that end with a zero."""
        return [part for part in self.text(*arguments).split("\0") if part]

    def without_filters(self) -> "Git":
        """With the filters that the configuration names switched off."""
        try:
            keys = self.parts("config", "--null", "--name-only", "--get-regexp", r"^filter\.")
        except GitRefused:  # it names none
            return self
        names = dict.fromkeys(key.split(".", 1)[1].rpartition(".")[0] for key in keys)
        return replace(self, filters=tuple(names))

    def with_variables(self, **variables: str) -> "Git":
        return replace(self, variables={**self.variables, **variables})

    def _environment(self) -> dict[str, str]:
        own = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT}
        quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        return {**own, **quiet, **self.variables}
