"""What the generated sequence tasks have in common."""

from collections.abc import Callable, Mapping

import torch
from torch import Generator, Tensor

from orchestrator.models.tasks.dataset import SeedFor, consecutive_splits, generator

Draw = Callable[[int, Generator], tuple[Tensor, Tensor]]  # examples → inputs, targets


def generate(
    draw: Draw, sizes: Mapping[str, int], seed_for: SeedFor
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Inputs, targets and splits, drawn anew for every replicate.

    The test split is drawn first and the training split last: with more training examples, the
    others stay the same.
    """
    source = generator(seed_for, "data")
    drawn = [draw(size, source) for size in reversed(list(sizes.values()))]
    inputs, targets = (torch.cat(parts[::-1]) for parts in zip(*drawn, strict=True))
    return inputs, targets, consecutive_splits(sizes)


def one_hot(symbols: Tensor, count: int) -> Tensor:
    """(…,) of symbol numbers → (…, count) of 0 and 1, float."""
    return torch.eye(count)[symbols]
