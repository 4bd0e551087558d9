"""Prefix parity: at every step, is the number of ones so far odd?

The input is a bit a step, 0 or 1 with probability ½; the target at step t is (x₁ + … + x_t) mod
2. One bit of memory is enough, but every single bit turns it, so that no step may be forgotten.

Baseline: either answer, accuracy ½, loss ln 2.
Solved: accuracy ≥ .99 over all steps.
"""

from functools import partial
from math import log

import torch
from torch import Generator, Tensor

from orchestrator.models.settings import Parity
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.dataset import Dataset, SeedFor
from orchestrator.models.tasks.generated import generate

SHAPE = TaskShape("sequence", "tags", features=1, values=1)  # two classes, one sigmoid output
BASELINES = {"accuracy": 0.5, "loss": log(2)}


def load(settings: Parity, seed_for: SeedFor) -> Dataset:
    """Inputs (examples, length, 1) of 0 and 1; targets (examples, length)."""
    draw = partial(_draw, settings.length)
    inputs, targets, splits = generate(draw, settings.sizes, seed_for)
    return Dataset(inputs, targets, splits, SHAPE, BASELINES)


def _draw(length: int, examples: int, source: Generator) -> tuple[Tensor, Tensor]:
    bits = torch.randint(0, 2, (examples, length), generator=source)
    return bits.unsqueeze(2).float(), bits.cumsum(1) % 2
