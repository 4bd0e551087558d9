"""`orch init`: a study file to begin with."""

import re
from pathlib import Path

from orchestrator.errors import InputError, Problem
from orchestrator.files import write_text
from orchestrator.study.load import load_study
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
    _write_checked(path, name, _text(name, like))
    print(f"{path}: a study to change; then `orch plan {path}` and `orch run {path}`")
    return 0


def _text(name: str, like: str | None) -> str:
    if like is None:
        return BEGINNING.format(name=name)
    return _STUDY_KEY.sub(lambda _: f"study: {name}", read_source(find_source(like)), count=1)


def _write_checked(path: Path, name: str, text: str) -> None:
    """A name that no study can have, or a bad file to begin with, leaves nothing behind."""
    write_text(path, text)
    try:
        load_study(str(path))
    except InputError:
        path.unlink()
        raise


def _taken(name: str, path: Path) -> Problem:
    if path.parent != Path():
        return Problem(name, "is a path", "the name of a study; its file is written here")
    return Problem(name, f"{path} exists already", cure="choose another name, or edit that file")
