"""Studies whose trials are the user's own, in a folder, each with modules of a new name."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from orchestrator.errors import InputError, Problem
from orchestrator.plan.identity import fingerprints, identify
from orchestrator.plan.packs import make_packs
from orchestrator.plan.records import Pack
from orchestrator.study.load import NO_OVERRIDES, Overrides, parse_study
from orchestrator.study.records import Study

NUMBERS = count()
METRICS = """\
metrics:
  test/accuracy: {direction: maximize, unit: share}
  train/loss: {direction: minimize, unit: nat}
"""
REST = "factors: {trial.warmup: [0, 100]}\nreplicates: 2\n"
TRAIN = """\
import random


def train(trial, *, warmup: int = 0, lr: float = 0.1, epochs: int = 3):
    print("warmup", warmup, "replicate", trial.replicate)
    level = random.Random(trial.seed).random()
    for epoch in range(1, epochs + 1):
        trial.report({"train/loss": level / epoch, "test/accuracy": level + warmup}, epoch=epoch)
"""


def write_module(folder: Path, text: str) -> str:
    """Its name: Python keeps what it has imported."""
    name = f"own_trial_{next(NUMBERS)}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text)
    return name


def study_text(folder: Path, module: str = TRAIN, rest: str = REST, **settings: Any) -> str:
    """A study file in the folder; `{name}` in `rest` is the module's."""
    name = write_module(folder, module)
    given = "".join(f", {key}: {value}" for key, value in settings.items())
    own = rest.replace("{name}", name)
    metrics = "" if "metrics:" in rest else METRICS
    return f'study: own\ntrial: {{function: "{name}:train"{given}}}\n{metrics}{own}'


def own_study(
    folder: Path, module: str = TRAIN, rest: str = REST, overrides: Overrides = NO_OVERRIDES,
    **settings: Any,
) -> Study:  # fmt: skip
    text = study_text(folder, module, rest, **settings)
    return parse_study(text, folder / "own.yaml", overrides)


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    try:
        parse_study(text, folder / "own.yaml")
    except InputError as error:
        return error.problems
    return ()


def packs_of(study: Study) -> tuple[Pack, ...]:
    prints = fingerprints(study)
    return make_packs(study, list(identify(study, prints)), (), 1, prints)


def row(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The only row of a table."""
    assert {len(values) for values in columns.values()} == {1}
    return {name: values[0] for name, values in columns.items()}


def frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(dict(columns))
