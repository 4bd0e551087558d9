"""Modules of the user's own for tests, each with a new name: Python keeps what it imports."""

from itertools import count
from pathlib import Path
from typing import Any

from orchestrator.errors import InputError, Problem
from orchestrator.models.own.entries import own_entry
from orchestrator.models.settings import TaskSettings
from orchestrator.models.settings.own import OwnCode
from orchestrator.study.load import parse_study
from orchestrator.study.parts.classes import load_part
from orchestrator.study.records import Study
from orchestrator.study.settings import Training

NUMBERS = count()
STUDY = """\
study: own
task: {{name: {task}}}
model: {{name: {model}}}
training: {{epochs: 2{training}}}
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


PARTS = """\
import torch
from torch.nn.functional import cross_entropy


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(m.lerp(p.grad, 1 - beta1).sign_(), alpha=-group["lr"])
                m.lerp_(p.grad, 1 - beta2)


def focal(outputs, targets, gamma: float = 2.0):
    entropy = cross_entropy(outputs, targets, reduction="none")
    return (1 - (-entropy).exp()) ** gamma * entropy


def falling(step, steps, *, power: float = 1.0, end_factor=0.0):
    return end_factor + (1 - end_factor) * (1 - step / steps) ** power


def flip(inputs, generator, share: float = 0.5):
    chosen = torch.rand(len(inputs), generator=generator) < share
    return torch.where(chosen[:, None, None, None], inputs.flip(-1), inputs)


def drop(inputs, generator):
    hidden = torch.rand(inputs.shape, generator=generator) < 0.3
    return inputs.masked_fill(hidden & (inputs > 1), 1)
"""


def load_parts(folder: Path, *names: str) -> str:
    """Writes and reads `PARTS`; names: `training.optimizer:Lion` …  Returns the module's name."""
    module = write_module(folder, PARTS)
    for each in names:
        path, _, function = each.partition(":")
        base = TaskSettings if path == "task.augment" else Training
        load_part(path, OwnCode(f"{module}:{function}", (folder,)), base)
    return module


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
    training: str = "",
) -> Study:
    """A study in the folder; model, task: names, with more settings after a comma.

    training: more settings, each after a comma.
    """
    text = STUDY.format(model=model, task=task, factors=factors, training=training)
    return parse_study(text, folder / "s.yaml")


def problems_of(folder: Path, **parts: str) -> list[Problem]:
    """What is wrong with it."""
    try:
        own_study(folder, **parts)
    except InputError as error:
        return list(error.problems)
    return []
