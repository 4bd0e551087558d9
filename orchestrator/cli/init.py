"""`orch init`: a study file to begin with."""

import re
from dataclasses import replace
from pathlib import Path

from orchestrator.errors import InputError, Problem
from orchestrator.files import write_text
from orchestrator.study.load import parse_study
from orchestrator.study.parsing.source import find_source, read_source

BEGINNING = """\
# `orch check {name}.yaml` finds what is wrong in it; `orch schema > study.schema.json` lets an
# editor complete and check it while you type.
# yaml-language-server: $schema=study.schema.json
study: {name}
question: Which hidden activation learns digits best, and does depth change that?
task: {{name: digits}}
model: {{name: mlp, width: 30}}
training: {{optimizer: sgd, learning_rate: 0.1, batch_size: 32, epochs: 10}}
factors:  # what is compared; every combination is a variant
  model.activation: [sigmoid, tanh, relu]
  model.depth: [1, 4]
replicates: 10  # seeds per variant, shared by all of them
compare:
  metric: test/accuracy
  baseline: {{model.activation: sigmoid}}
  smallest_difference: 0.005  # what is smaller does not matter
"""
_STUDY_KEY = re.compile(r"^study:.*$", re.MULTILINE)


def init(name: str, *, like: str | None) -> int:
    """Writes NAME.yaml here. Raises InputError where that exists, or for a bad name."""
    path = Path(f"{name}.yaml")
    if path.parent != Path() or path.exists() or path.is_symlink():
        raise InputError([_taken(name, path)])
    _write_checked(path, _text(name, like), like or str(path))
    print(f"{path}: a study to change; then `orch plan {path}` and `orch run {path}`")
    return 0


def _text(name: str, like: str | None) -> str:
    if like is None:
        return BEGINNING.format(name=name)
    return _STUDY_KEY.sub(lambda _: f"study: {name}", read_source(find_source(like)), count=1)


def _write_checked(path: Path, text: str, source: str) -> None:
    """A name that no study can have, or a bad file to begin with, writes nothing."""
    try:
        parse_study(text, path)
    except InputError as error:
        raise InputError(_of_source(p, path, source) for p in error.problems) from error
    write_text(path, text, cure="run orch init in a folder that you may write to")


def _of_source(problem: Problem, path: Path, source: str) -> Problem:
    """The file is not written: the name is an argument, and the rest comes from another file."""
    if problem.what.startswith("study: "):
        return replace(problem, where="NAME", what=problem.what.removeprefix("study: "))
    return replace(problem, where=problem.where.replace(str(path), source, 1))


def _taken(name: str, path: Path) -> Problem:
    if path.parent != Path():
        return Problem(name, "is a path", "the name of a study; its file is written here")
    return Problem(name, f"{path} exists already", cure="choose another name, or edit that file")
