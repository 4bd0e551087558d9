"""Whether the batches of a model can be divided among several processes."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from orchestrator.training.stacking.function import fill_zeros, is_function

TOLERANCE = 1e-4  # relative, between an example computed beside others and alone
CURE = "train it with resources.workers: 1"


@torch.no_grad()
def require_separable(build: Callable[[], nn.Module], inputs: Tensor) -> None:
    """Raises ValueError if the output for an example depends on other examples, or on chance.

    Each process would draw its own dropout, and normalise over its own part of the batch: the
    result would change with their number.
    build: a new untrained model.   inputs: a few examples, (examples, …), at least two.
    """
    if not is_function(build(), inputs):
        raise ValueError(
            "resources.workers: this model draws numbers in its forward pass, keeps statistics "
            "of batches (dropout, batch norm), or has hooks, which would differ from worker to "
            f"worker; {CURE}"
        )
    sample = fill_zeros(build()).train()
    together = sample(inputs)
    apart = [sample(example) for example in inputs.split(1)]
    is_same = all(output.shape[1:] == together.shape[1:] for output in apart) and torch.allclose(
        together, torch.cat(apart), TOLERANCE, TOLERANCE, equal_nan=True
    )
    if not is_same:
        raise ValueError(
            "resources.workers: the output of this model for an example depends on the other "
            f"examples of its batch, which other workers hold; {CURE}"
        )
