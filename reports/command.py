"""The command that adds replicates to a study: the one it was run with, and a new number."""

import shlex
from collections.abc import Sequence

_DROPPED = {"--force", "--no-report"}


def more_replicates(study: str, started_by: Sequence[str], replicates: int) -> str:
    """started_by: the command of the last run, word by word; without one, the study's name."""
    known = list(started_by) if tuple(started_by[:2]) == ("orch", "run") else ["orch", "run", study]
    return shlex.join([*_without_replicates(known), "--replicates", str(replicates)])


def _without_replicates(words: Sequence[str]) -> list[str]:
    before = ["", *words[:-1]]
    return [
        word
        for last, word in zip(before, words, strict=True)
        if "--replicates" not in (last, word, word.partition("=")[0]) and word not in _DROPPED
    ]
