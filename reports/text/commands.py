"""Commands that follow from the one a study was run with."""

import shlex
from collections.abc import Collection, Sequence

_NOT_AGAIN = {"--force", "--no-report"}
_REPLICATES = {"--replicates"}
_ELSEWHERE = {"--address"}
EPOCHS = "training.epochs"


def more_replicates(study: str, started_by: Sequence[str], replicates: int) -> str:
    """started_by: the command of the last run, word by word; without one, the study's name."""
    words = _without(_known(study, started_by), _NOT_AGAIN, _REPLICATES)
    return shlex.join([*words, "--replicates", str(replicates)])


def more_epochs(study: str, started_by: Sequence[str], epochs: int) -> str:
    """The same with another number of epochs."""
    words = _without_setting(_without(_known(study, started_by), _NOT_AGAIN, ()), EPOCHS)
    return shlex.join([*words, "--set", f"{EPOCHS}={epochs}"])


def one_trial(study: str, started_by: Sequence[str]) -> str:
    """The same, to train one trial again; its id is to follow."""
    orch, _, *words = _without(_known(study, started_by), {*_NOT_AGAIN, "--inline"}, _ELSEWHERE)
    return shlex.join([orch, "run", *words, "--trial"])


def _known(study: str, started_by: Sequence[str]) -> list[str]:
    is_known = tuple(started_by[:2]) in (("orch", "run"), ("orch", "submit"))
    return list(started_by) if is_known else ["orch", "run", study]


def _without_setting(words: Sequence[str], path: str) -> list[str]:
    """Without `--set path=…`, in two words or in one."""
    found: list[str] = []
    for word in words:
        if word.removeprefix("--set=").startswith(f"{path}="):
            found = found[:-1] if found[-1:] == ["--set"] else found
        else:
            found.append(word)
    return found


def _without(words: Sequence[str], flags: Collection[str], options: Collection[str]) -> list[str]:
    """options: those with a value, which goes too, behind a space or an equals sign."""
    before = ["", *words[:-1]]
    return [
        word
        for last, word in zip(before, words, strict=True)
        if word not in flags and not {last, word, word.partition("=")[0]} & set(options)
    ]
