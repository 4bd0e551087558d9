"""Latching: a signal at the beginning decides the class, and noise follows it to the end.

The first `signal` steps are +1 for class 1 and −1 for class 0, each class with probability ½; the
other steps are drawn from N(0, `noise`). The answer is asked for at the last step.

Baseline: either class, accuracy ½, loss ln 2.
Solved: accuracy ≥ .99.
Source: Bengio, Simard & Frasconi 1994, in the form of Hochreiter & Schmidhuber 1997, section 5.3,
task 3a ("two-sequence problem": signal 1 or 3, variance .2); here all sequences of a study have
one length.
"""

from functools import partial
from math import log, sqrt

import torch
from torch import Generator, Tensor

from orchestrator.models.settings import Latch
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.dataset import Dataset, SeedFor
from orchestrator.models.tasks.generated import generate

SHAPE = TaskShape("sequence", "class", features=1, values=1)  # two classes, one sigmoid output
BASELINES = {"accuracy": 0.5, "loss": log(2)}


def load(settings: Latch, seed_for: SeedFor) -> Dataset:
    """Inputs (examples, length, 1); targets (examples,) of 0 and 1."""
    draw = partial(_draw, settings.length, settings.signal, sqrt(settings.noise))
    inputs, targets, splits = generate(draw, settings.sizes, seed_for)
    return Dataset(inputs, targets, splits, SHAPE, BASELINES)


def _draw(
    length: int, signal: int, deviation: float, examples: int, source: Generator
) -> tuple[Tensor, Tensor]:
    targets = torch.randint(0, 2, (examples,), generator=source)
    inputs = deviation * torch.randn(examples, length, generator=source)
    inputs[:, :signal] = (2.0 * targets - 1).unsqueeze(1)
    return inputs.unsqueeze(2), targets
