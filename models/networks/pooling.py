"""One state for a whole sequence, made of the states of its steps.

outputs: (batch, time, states), 0 where a sentence is over.   last: (batch, states), the state in
which each direction ends.   lengths: (batch,), None where all have the length `time`.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from orchestrator.models.networks.recurrent_layer import before_end

Pooling = Callable[[Tensor, Tensor, Tensor | None], Tensor]  # → (batch, states)


def last(outputs: Tensor, last: Tensor, lengths: Tensor | None) -> Tensor:
    """h_T, and of the backward direction h_1: each has then read everything."""
    return last


def mean(outputs: Tensor, last: Tensor, lengths: Tensor | None) -> Tensor:
    """The mean over the steps of a sequence, padding left out."""
    steps = outputs.shape[1] if lengths is None else lengths.unsqueeze(-1)
    return outputs.sum(1) / steps


def maximum(outputs: Tensor, last: Tensor, lengths: Tensor | None) -> Tensor:
    """The largest value that each number of the state reaches, padding left out."""
    if lengths is not None:
        going = before_end(lengths, outputs.shape[1])
        outputs = outputs.masked_fill(~going.unsqueeze(-1), -torch.inf)
    return outputs.amax(1)


POOLINGS: dict[str, Pooling] = {"last": last, "mean": mean, "max": maximum}
