"""Copy memory: symbols have to be kept through a long pause and given back in their order.

With `length` = T, `items` = 10 and `symbols` = 8, a sequence has T + 20 steps:

    input    10 symbols from a₀ … a₇, T − 1 blanks, a signal to begin, 10 blanks
    target   T + 10 blanks, then the 10 symbols

Baseline: blanks first, then each symbol with probability 1/8, which needs no memory, has the loss
10 ln 8 / (T + 20) a step; its accuracy is (T + 10 + 10/8) / (T + 20).
Solved: accuracy ≥ .999 over all steps. It counts the blanks, and is above the baseline up to T =
8,700.
Source: Arjovsky, Shah & Bengio 2016, section 4.1, after Hochreiter & Schmidhuber 1997.
"""

from functools import partial
from math import log

import torch
from torch import Generator, Tensor

from orchestrator.models.settings import CopyMemory
from orchestrator.models.shape import TaskShape
from orchestrator.models.tasks.dataset import Dataset, SeedFor
from orchestrator.models.tasks.generated import generate, one_hot


def load(settings: CopyMemory, seed_for: SeedFor) -> Dataset:
    """Inputs (examples, steps, symbols + 2), one-hot; targets (examples, steps)."""
    items, symbols = settings.items, settings.symbols
    draw = partial(_draw, settings.length, items, symbols)
    inputs, targets, splits = generate(draw, settings.sizes, seed_for)
    steps = settings.length + 2 * items
    baselines = {
        "loss": items * log(symbols) / steps,
        "accuracy": (steps - items + items / symbols) / steps,
    }
    shape = TaskShape("sequence", "tags", features=symbols + 2, values=symbols + 1)
    return Dataset(inputs, targets, splits, shape, baselines)


def _draw(
    length: int, items: int, symbols: int, examples: int, source: Generator
) -> tuple[Tensor, Tensor]:
    blank, begin = symbols, symbols + 1
    kept = torch.randint(0, symbols, (examples, items), generator=source)
    pause = torch.full((examples, length - 1), blank)
    signal = torch.full((examples, 1), begin)
    answer = torch.full((examples, items), blank)
    inputs = torch.cat([kept, pause, signal, answer], 1)
    targets = torch.cat([torch.full((examples, length + items), blank), kept], 1)
    return one_hot(inputs, symbols + 2), targets
