"""What a task hands to training."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from orchestrator.models.shape import TaskShape

SeedFor = Callable[[str], int]  # random stream → seed, 0 ≤ seed < 2⁶³
Splits = Mapping[str, Tensor]  # train, validation, test → row numbers, disjoint


@dataclass(frozen=True)
class Dataset:
    """Examples of one replicate, and which of them belong to which split.

    inputs, targets: one row an example, as `shape` says (see models/shape.py).
    baselines: metric → what the best predictor that ignores the input (for tags: all but the word
    itself) reaches on the test split; where it is known analytically, that number.
    word_dropout: share of words that training replaces by the unknown word.
    """

    inputs: Tensor
    targets: Tensor
    splits: Splits
    shape: TaskShape
    baselines: Mapping[str, float] = field(default_factory=dict)
    word_dropout: float = 0.0


def generator(seed_for: SeedFor, stream: str) -> torch.Generator:
    """A generator of its own for one random stream."""
    return torch.Generator().manual_seed(seed_for(stream))


def consecutive_splits(sizes: Mapping[str, int]) -> dict[str, Tensor]:
    """Split by split in the order of the rows."""
    rows = torch.arange(sum(sizes.values())).split(list(sizes.values()))
    return dict(zip(sizes, rows, strict=True))


def random_splits(rows: int, sizes: Mapping[str, int], seed: int) -> dict[str, Tensor]:
    """Disjoint random splits of the given sizes."""
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(seed))
    return {name: order[chosen] for name, chosen in consecutive_splits(sizes).items()}


def stratified_splits(targets: Tensor, sizes: Mapping[str, int], seed: int) -> dict[str, Tensor]:
    """Disjoint random splits of the given sizes, with the classes in equal shares.

    targets: (examples,), class numbers. Every class is spread evenly over one order of all rows,
    so that any stretch of it has each class in its share, to within one example.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(targets), generator=generator)
    classes = targets[order]
    counts = classes.bincount()
    by_class = classes.argsort(stable=True)
    rank = torch.empty_like(classes)  # of a row among those of its class: 0, 1, 2 …
    rank[by_class] = torch.arange(len(classes)) - (counts.cumsum(0) - counts)[classes[by_class]]
    offset = (torch.randperm(len(counts), generator=generator) + 0.5) / len(counts)
    place = (rank.double() + offset[classes]) / counts[classes]  # in (0, 1), evenly for each class
    order = order[place.argsort(stable=True)]
    return {name: order[chosen] for name, chosen in consecutive_splits(sizes).items()}
