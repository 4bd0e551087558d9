"""Means over examples, steps or words, where padding never counts."""

import torch
from torch import Tensor

from orchestrator.models.shape import NO_TAG


def counted(values: Tensor, targets: Tensor) -> Tensor:
    """Which values count, as 1 and 0; values: of a loss or metric, (members, batch, …).

    Only per-step targets, of the shape of the values, can be padded.
    """
    if values.shape != targets.shape or targets.is_floating_point():
        return torch.ones_like(values)
    return (targets != NO_TAG).to(values.dtype)


def answers(targets: Tensor) -> Tensor:
    """Number of values in a mean over these targets, in all members together."""
    if targets.is_floating_point():  # (members, batch, values): one value of the loss per example
        return targets.new_tensor(targets.shape[:2].numel())
    return (targets != NO_TAG).sum()


def mean_per_member(values: Tensor, targets: Tensor) -> Tensor:
    """(members, batch, …) → (members,)."""
    if values.dim() == 2:  # one value per example: nothing is padded
        return values.mean(1)
    weights = counted(values, targets)
    return (values * weights).flatten(1).sum(1) / weights.flatten(1).sum(1).clamp(min=1)
