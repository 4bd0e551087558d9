"""Whether the batches of a model can be divided among several processes."""

import torch
from torch import Tensor, nn

from orchestrator.training.stacking.members import TOLERANCE, is_function, without_zeros

CURE = "train it with resources.workers: 1"


@torch.no_grad()
def require_separable(model: nn.Module, inputs: Tensor) -> None:
    """Raises ValueError if the output for an example depends on other examples, or on chance.

    Each process would draw its own dropout, and normalise over its own part of the batch: the
    result would change with their number.
    inputs: a few examples, (examples, …), at least two.
    """
    if not is_function(model, inputs):
        raise ValueError(
            "resources.workers: this model draws numbers in its forward pass, or keeps statistics "
            f"of batches (dropout, batch norm), which would differ from worker to worker; {CURE}"
        )
    sample = without_zeros(model).train()
    together = sample(inputs)
    alone = torch.cat([sample(example) for example in inputs.split(1)])
    if not torch.allclose(together, alone, TOLERANCE, TOLERANCE, equal_nan=True):
        raise ValueError(
            "resources.workers: the output of this model for an example depends on the other "
            f"examples of its batch, which other workers hold; {CURE}"
        )
