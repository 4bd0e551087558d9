"""What the generated sequence tasks have in common."""

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Generator, Tensor

from orchestrator.models.tasks.dataset import SeedFor, consecutive_splits, generator

Draw = Callable[[int, Generator], tuple[Tensor, Tensor]]  # examples → inputs, targets
BLOCK = 100  # examples drawn at once


def generate(
    draw: Draw, sizes: Mapping[str, int], seed_for: SeedFor
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Inputs, targets and splits, drawn anew for every replicate.

    Each split has a generator, and is drawn in whole blocks: a larger split begins with the
    examples of a smaller one, and leaves the others as they are.
    """
    seeds = torch.randint(2**63 - 1, (len(sizes),), generator=generator(seed_for, "data"))
    drawn = [
        part
        for size, seed in zip(sizes.values(), seeds.tolist(), strict=True)
        for part in _blocks(draw, size, torch.Generator().manual_seed(seed))
    ]
    inputs, targets = (torch.cat(parts) for parts in zip(*drawn, strict=True))
    return inputs, targets, consecutive_splits(sizes)


def _blocks(draw: Draw, size: int, source: Generator) -> Iterable[tuple[Tensor, Tensor]]:
    """Inputs and targets of `size` examples in all.

    torch draws a table of n rows otherwise than the first n of a longer one, hence the blocks.
    """
    for start in range(0, size, BLOCK):
        inputs, targets = draw(BLOCK, source)
        yield inputs[: size - start], targets[: size - start]


def one_hot(symbols: Tensor, count: int) -> Tensor:
    """(…,) of symbol numbers → (…, count) of 0 and 1, float."""
    return torch.eye(count)[symbols]
