"""Arguments and flags that several verbs have."""

import os
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import typer

from orchestrator.errors import InputError, Problem


def _studies(incomplete: str) -> list[str]:
    """For the shell: shipped studies and YAML files, and folders to find more in."""
    from glob import escape, glob

    from orchestrator.study.parsing.source import SUFFIXES, shipped_studies

    paths = glob(f"{escape(incomplete)}*")
    files = [path for path in paths if path.endswith(SUFFIXES)]
    folders = [f"{path}/" for path in paths if os.path.isdir(path)]
    return [*(name for name in shipped_studies() if name.startswith(incomplete)), *files, *folders]


Study = Annotated[
    str,
    typer.Argument(metavar="STUDY", help="YAML file, or a shipped study.", autocompletion=_studies),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a fixed setting; repeatable."),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="PATH=LEVEL", help="Keep this level of a factor; repeatable."),
]


def _replicates(text: str) -> int:
    """Raises InputError for what is no whole number; the study says which numbers are allowed."""
    try:
        return int(text)
    except ValueError:
        problem = Problem("--replicates", f"{text!r} is not allowed", "a whole number ≥ 1")
        raise InputError([problem]) from None


Replicates = Annotated[
    int | None,
    typer.Option("--replicates", metavar="N", parser=_replicates, help="Seeds per variant."),
]
Results = Annotated[
    str | None,
    typer.Option(
        "--results",
        metavar="DIR|URI",
        help="Folder of results, or its URI: s3://BUCKET/PREFIX.",
        show_default="$ORCH_RESULTS, else ./results",
    ),
]

Wait = Annotated[
    float,
    typer.Option("--wait", metavar="MINUTES", min=0, show_default="0: no room is an error",
                 help="For nodes with room, where an autoscaler starts them."),
]  # fmt: skip
Server = Annotated[
    str | None,
    typer.Option("--address", metavar="URL", help="Ray Jobs server of the cluster.",
                 show_default="$RAY_API_SERVER_ADDRESS, else http://127.0.0.1:8265"),
]  # fmt: skip
Submission = Annotated[
    str, typer.Argument(metavar="ID", help="Of a submission, or a study's name.")
]


def refuse_empty_values(words: Sequence[str]) -> None:
    """`--results "$NOT_SET"` would mean the current folder, `--host ''` every address.

    words: of the command line. Raises InputError.
    """
    flags = [word[:-1] for word in words if re.fullmatch(r"--[a-z-]+=", word)]
    flags += [flag for flag, value in pairwise(words) if flag.startswith("--") and not value]
    cure = "is a variable not set? leave the flag out for its default"
    if flags:
        raise InputError(Problem(flag, "the value is empty", cure=cure) for flag in flags)
