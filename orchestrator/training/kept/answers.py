"""The value of every metric on every example of the test split, as the store keeps it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from orchestrator.training.distributed.process_group import ALONE, ProcessGroup

Block = tuple[Tensor, Tensor, Tensor]  # places, values, weights


@dataclass
class TestAnswers:
    """Collects what one evaluation computes of the test split anyway; it computes nothing itself.

    group: the processes among which the split is divided.
    with_loss: whether the loss is kept as well.
    """

    __test__ = False  # pytest takes the name for a test class

    group: ProcessGroup = ALONE
    with_loss: bool = False
    blocks: dict[str, list[Block]] = field(default_factory=dict)

    def expect(self, metric: str) -> None:
        """A process whose part of the split is empty adds nothing, but takes part in `rows`."""
        if metric != "loss" or self.with_loss:
            self.blocks.setdefault(metric, [])

    def add(self, metric: str, places: Tensor, values: Tensor, weights: Tensor) -> None:
        """Keep the values of some examples, of a metric that is kept.

        places: (members, batch) index of each example in the split.
        values, weights: (members, batch, …); weights are 0 where padding is.
        """
        if metric not in self.blocks:
            return
        flat, counts = (each.reshape(*places.shape, -1).float().cpu() for each in (values, weights))
        self.blocks[metric].append((places.cpu(), flat, counts))

    def rows(self, shape: tuple[int, int, int], wanted: Tensor) -> dict[int, list[dict[str, Any]]]:
        """Of each wanted member one row per metric: answers.parquet without `trial_id` and `epoch`.

        shape: members, examples of the split, targets per example (padding included).
        wanted: (members,) of bool.
        """
        found: dict[int, list[dict[str, Any]]] = {
            m: [] for m in wanted.nonzero().flatten().tolist()
        }
        for metric, blocks in self.blocks.items():
            values, weights = self._whole(blocks, shape).numpy()
            for member, own in found.items():
                own.append(_row(metric, values[member], weights[member]))
        return found

    def _whole(self, blocks: list[Block], shape: tuple[int, int, int]) -> Tensor:
        """Values and weights in the order of the split, (2, members, examples, steps)."""
        whole = torch.zeros(2, *shape)
        for places, *both in blocks:
            index = places[..., None].expand(both[0].shape)
            for each, part in zip(whole, both, strict=True):
                each.scatter_(1, index, part)
        return self.group.sum(whole)


def _row(metric: str, values: NDArray[np.float32], weights: NDArray[np.float32]) -> dict[str, Any]:
    """values, weights: (examples, steps); without padding, example by example."""
    counts = weights > 0
    own = values[counts]
    is_bit = bool(((own == 0) | (own == 1)).all())
    words = counts.sum(1)
    return {
        "metric": metric,
        "kind": "bit" if is_bit else "float32",
        "n": len(own),
        "answers": (np.packbits(own == 1) if is_bit else own.astype("<f4")).tobytes(),
        "words": words.astype("<u4").tobytes() if values.shape[1] > 1 else None,
    }
