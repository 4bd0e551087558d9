"""Modules of the user's own for tests, each with a new name: Python keeps what it imports."""

from itertools import count
from pathlib import Path
from typing import Any

from orchestrator.errors import InputError, Problem
from orchestrator.models.own.entries import own_entry
from orchestrator.models.settings.own import OwnCode
from orchestrator.study.load import parse_study
from orchestrator.study.records import Study

NUMBERS = count()
STUDY = """\
study: own
task: {{name: {task}}}
model: {{name: {model}}}
training: {{epochs: 2}}
factors:
  {factors}
replicates: 2
"""
NAMESAKES = {
    "models/nets.py": """\
from torch import nn
from reports.layers import hidden
from studies.kinds import ACTIVATIONS

def build(inputs: int, outputs: int, *, width: int = 5, kind: str = "a"):
    return nn.Sequential(hidden(inputs, width), ACTIVATIONS[kind](), nn.Linear(width, outputs))
""",
    "reports/layers.py": "from torch.nn import Linear as hidden\n",
    "studies/kinds.py": "from torch.nn import ReLU, Tanh\n\nACTIVATIONS = {'a': Tanh, 'b': ReLU}\n",
}
SMALL_DIGITS = "digits, train_examples: 40, validation_examples: 20, test_examples: 20"
MODEL = """\
from torch import nn

def build(inputs: int, outputs: int, *, width: int = 5, rate: float = 0, kind: str = "a"):
    '''Two layers.'''
    return nn.Sequential(nn.Linear(inputs, width), nn.Tanh(), nn.Linear(width, outputs))
"""
TASK = """\
import torch
from orchestrator.models.own import OwnMetric, Solved, orch_task
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.dataset import Dataset, consecutive_splits, generator

def distance(outputs, targets):
    return (outputs - targets).abs().mean(-1)

@orch_task(
    inputs="features",
    outputs="value",
    metrics=(OwnMetric("distance", distance, "minimize", "metre", "mean distance"),),
    solved=Solved("distance", 100.0),
)
def load(seed_for, *, noise: float = 0.1):
    draws = generator(seed_for, "data")
    inputs = torch.randn(60, 3, generator=draws)
    targets = inputs.sum(1, keepdim=True) + noise * torch.randn(60, 1, generator=draws)
    splits = consecutive_splits({"train": 40, "validation": 10, "test": 10})
    return Dataset(inputs, targets, splits, TaskShape("features", "value", 3, 1))
"""


def write_module(folder: Path, text: str) -> str:
    """The name of a new module with this text."""
    name = f"own_code_{next(NUMBERS)}"
    (folder / f"{name}.py").write_text(text)
    return name


def own_settings(section: str, code: OwnCode, **values: Any) -> Any:
    """The settings of own code, without a study file."""
    return own_entry(section, code).settings.model_validate(values)


def write_namesakes(folder: Path) -> str:
    """The module of a model in packages that are called as parts of orch are."""
    for name, text in NAMESAKES.items():
        (folder / name).parent.mkdir()
        (folder / name).write_text(text)
        (folder / name).with_name("__init__.py").touch()
    return "models.nets"


def own_study(
    folder: Path,
    model: str = "mlp",
    task: str = SMALL_DIGITS,
    factors: str = "training.learning_rate: [0.1, 0.2]",
) -> Study:
    """A study in the folder; model, task: names, with more settings after a comma."""
    text = STUDY.format(model=model, task=task, factors=factors)
    return parse_study(text, folder / "s.yaml")


def problems_of(folder: Path, **parts: str) -> list[Problem]:
    """What is wrong with it."""
    try:
        own_study(folder, **parts)
    except InputError as error:
        return list(error.problems)
    return []
