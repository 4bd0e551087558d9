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
    """Disjoint random splits of the given sizes, nested as `nested_splits` says."""
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(seed))
    return nested_splits(order, sizes)


def stratified_splits(targets: Tensor, sizes: Mapping[str, int], seed: int) -> dict[str, Tensor]:
    """Disjoint random splits of the given sizes, with the classes in equal shares.

    targets: (examples,), class numbers. Every class is spread evenly over one order of all rows,
    so that any stretch of it has each class in its share, to within one example. Nested as
    `nested_splits` says.
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
    return nested_splits(order[place.argsort(stable=True)], sizes)


def nested_splits(order: Tensor, sizes: Mapping[str, int]) -> dict[str, Tensor]:
    """Test from the beginning of the order, validation after it, training from the end.

    So the number of training examples never changes what a model is tested on, and the training
    split of a smaller number is the beginning of that of a larger one.
    order: (rows,), row numbers in random order. sizes: of train, validation and test, or some of
    them. Raises ValueError if there are too few rows.
    """
    if sum(sizes.values()) > len(order):
        raise ValueError(f"splits of {dict(sizes)} examples, but there are {len(order)}")
    test, train = sizes.get("test", 0), sizes.get("train", 0)
    splits = {
        "train": order.flip(0)[:train],
        "validation": order[test : test + sizes.get("validation", 0)],
        "test": order[:test],
    }
    return {split: splits[split] for split in sizes}
