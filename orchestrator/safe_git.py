"""Asks git about a folder without running a program that the folder's repository names.

Whoever writes a repository's configuration may name programs in it: a monitor of the file system,
hooks, filters, text converters, transports. git would run them for a mere `git status`.
"""

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

_TIMEOUT_S = 10
_OFF = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "diff.submodule": "short",  # else git starts another git in each submodule
    "submodule.recurse": "false",
}
_VARIABLES = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    # Partial clones fetch what is missing, by a program that the configuration may choose.
    # Stronger than protocol.allow=never, which a repository's protocol.ext.allow outweighs.
    "GIT_ALLOW_PROTOCOL": "none",
}
_OF_THE_USER = {"system", "global", "command"}  # scopes of configuration


def git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None when it refuses, takes longer than 10 s, or is not installed."""
    named = _run(folder, _OFF, "config", "-z", "--show-scope", "--get-regexp", r"^filter\.")
    return _run(folder, _OFF | dict.fromkeys(_filters(named or ""), ""), *arguments)


def _filters(answer: str) -> Iterable[str]:
    """Keys of programs of filters that the repository names, not the user's own configuration.

    answer: scope, and key with value, in turn, each ending with a zero.
    """
    words = answer.split("\0")
    for scope, entry in zip(words[::2], words[1::2], strict=False):
        name, _, kind = entry.partition("\n")[0].rpartition(".")
        if scope not in _OF_THE_USER and kind in ("clean", "smudge", "process", "required"):
            yield from (f"{name}.{each}" for each in ("clean", "smudge", "process", "required"))


def _run(folder: Path, settings: Mapping[str, str], *arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "--no-pager", "-C", str(folder), *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            check=True,
            timeout=_TIMEOUT_S,
            env={**os.environ, **_VARIABLES, **_as_variables(settings)},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """As `git -c` sets them, after those of the environment; a filter's name may have a "="."""
    there = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(there) if there.isdecimal() else 0
    pairs = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        pairs |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return pairs
