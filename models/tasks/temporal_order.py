"""Temporal order: in which order did two (or three) symbols come, far apart from each other?

A sequence begins with E and ends with B; in between are a, b, c, d at random, except that X or Y,
each with probability ½, is at two places: one drawn from the steps at 10–20 % of the length,
one from those at 50–60 %. The class is one of XX, XY, YX, YY. With three markers they are at
10–20 %, 33–43 % and 66–76 %, and there are eight classes.

Baseline: all classes alike, loss ln 4 (ln 8), accuracy 1/4 (1/8).
Solved: accuracy ≥ .99.
Source: Hochreiter & Schmidhuber 1997, section 5.6, tasks 6a and 6b; here all sequences of a study
have one length.
"""

from functools import partial
from math import log

import torch
from torch import Generator, Tensor

from orchestrator.models.settings import TemporalOrder
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.dataset import Dataset, SeedFor
from orchestrator.models.tasks.generated import generate, one_hot

PLACES = {2: ((10, 20), (50, 60)), 3: ((10, 20), (33, 43), (66, 76))}  # in % of the length
BEGIN, END, SYMBOLS, X = 0, 1, (2, 6), 6  # Y is 7
FEATURES = 8


def load(settings: TemporalOrder, seed_for: SeedFor) -> Dataset:
    """Inputs (examples, length, 8), one-hot E B a b c d X Y; targets (examples,)."""
    draw = partial(_draw, settings.length, settings.markers)
    inputs, targets, splits = generate(draw, settings.sizes, seed_for)
    classes = 2**settings.markers
    shape = TaskShape("sequence", "class", features=FEATURES, values=classes)
    return Dataset(inputs, targets, splits, shape, {"accuracy": 1 / classes, "loss": log(classes)})


def _draw(length: int, markers: int, examples: int, source: Generator) -> tuple[Tensor, Tensor]:
    symbols = torch.randint(*SYMBOLS, (examples, length), generator=source)
    symbols[:, 0], symbols[:, -1] = BEGIN, END
    targets = torch.zeros(examples, dtype=torch.long)
    for low, high in PLACES[markers]:
        start, end = length * low // 100, length * high // 100
        place = torch.randint(start, max(end, start + 1), (examples, 1), generator=source)
        is_y = torch.randint(0, 2, (examples, 1), generator=source)
        symbols.scatter_(1, place, X + is_y)
        targets = 2 * targets + is_y.squeeze(1)
    return one_hot(symbols, FEATURES), targets
