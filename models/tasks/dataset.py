"""What a task hands to training."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import Tensor

SeedFor = Callable[[str], int]  # random stream → seed, 0 ≤ seed < 2⁶³


@dataclass(frozen=True)
class Dataset:
    """Examples of one replicate, and which of them belong to which split.

    inputs: (examples, features), float32.   targets: (examples,), class numbers.
    splits: train, validation, test → row numbers, disjoint.
    """

    inputs: Tensor
    targets: Tensor
    splits: Mapping[str, Tensor]
    classes: int


def stratified_splits(targets: Tensor, sizes: Mapping[str, int], seed: int) -> dict[str, Tensor]:
    """Disjoint random splits of the given sizes, with the classes in equal shares."""
    rows, splits = np.arange(len(targets)), {}
    generator = np.random.RandomState(seed % 2**32)  # the only kind that scikit-learn takes
    for name, size in sizes.items():
        if size == len(rows):
            splits[name] = torch.from_numpy(generator.permutation(rows))
            break
        chosen, rows = train_test_split(
            rows, train_size=size, stratify=targets[rows], random_state=generator
        )
        splits[name] = torch.from_numpy(chosen)
    return splits
