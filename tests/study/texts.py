"""Study files for tests, and what is wrong with them."""

from pathlib import Path

from orchestrator.errors import InputError, Problem
from orchestrator.study.load import Overrides, parse_study
from orchestrator.study.records import Study

SMALL = """\
study: small
question: Which activation?
task: {name: digits}
model: {name: mlp, depth: 2, init: {scheme: normal}}
training: {epochs: 3}
factors:
  model.activation: [sigmoid, tanh, relu]
  model.init.scale: [0.5, 1, 2]
replicates: 4
"""


def parse(text: str, overrides: Overrides = Overrides()) -> Study:  # noqa: B008
    return parse_study(text, Path("s.yaml"), overrides)


def problems(text: str, overrides: Overrides = Overrides()) -> list[Problem]:  # noqa: B008
    """The problems of a text; none if it is a study."""
    try:
        parse(text, overrides)
    except InputError as error:
        return list(error.problems)
    return []


def without(key: str, text: str = SMALL) -> str:
    """The text without the line of a top-level key."""
    return "".join(line for line in text.splitlines(True) if not line.startswith(f"{key}:"))


def with_line(line: str, text: str = SMALL) -> str:
    """The text with a top-level line in place of the one with the same key, or at the end."""
    return without(line.partition(":")[0], text) + f"{line}\n"
