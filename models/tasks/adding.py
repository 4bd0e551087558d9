"""The adding problem: two numbers far apart have to be kept and added.

At every step the input is a number u ~ U(0, 1) and a mark, 1 at one step of the first half and at
one of the second half, else 0. The target is the sum of the two marked numbers.

Baseline: always 1, the mean, has the squared error var(u₁ + u₂) = 2/12 = .1667.
Solved: mean squared error ≤ .005.
Source: Hochreiter & Schmidhuber 1997, section 5.4; in the form of Le, Jaitly & Hinton 2015.
"""

from functools import partial

import torch
from torch import Generator, Tensor

from orchestrator.models.settings import Adding
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.dataset import Dataset, SeedFor
from orchestrator.models.tasks.generated import generate

SHAPE = TaskShape("sequence", "value", features=2, values=1)
BASELINE = 1 / 6


def load(settings: Adding, seed_for: SeedFor) -> Dataset:
    """Inputs (examples, length, 2): the number and the mark; targets (examples, 1)."""
    draw = partial(_draw, settings.length)
    inputs, targets, splits = generate(draw, settings.sizes, seed_for)
    return Dataset(inputs, targets, splits, SHAPE, {"mse": BASELINE, "loss": BASELINE})


def _draw(length: int, examples: int, source: Generator) -> tuple[Tensor, Tensor]:
    numbers = torch.rand(examples, length, generator=source)
    half = length // 2
    first = torch.randint(0, half, (examples, 1), generator=source)
    second = torch.randint(half, length, (examples, 1), generator=source)
    marked = torch.cat([first, second], 1)
    marks = torch.zeros(examples, length).scatter_(1, marked, 1.0)
    return torch.stack([numbers, marks], 2), numbers.gather(1, marked).sum(1, keepdim=True)
