"""Gradient clipping with one threshold per member, as `torch.nn.utils` clips one model."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from orchestrator.study.settings import Training

NORM_EPSILON = 1e-6  # torch.nn.utils.clip_grad_norm_ divides by norm + 1e-6

Clip = Callable[[Tensor], Tensor]  # gradient (members, parameters) → the same, clipped


def clipping(trainings: Sequence[Training], like: Tensor) -> Clip:
    """The clipping that the members' settings request: by norm first, then by value."""
    max_norm = _thresholds([training.clip_norm for training in trainings], like)
    max_value = _thresholds([training.clip_value for training in trainings], like)

    def clip(gradient: Tensor) -> Tensor:
        if max_norm is not None:
            norm = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
            share = (max_norm / (norm + NORM_EPSILON)).clamp(max=1)
            # A norm may overflow, and ∞/∞ is no number: a member that does not clip is left alone.
            gradient = gradient * share.masked_fill(max_norm.isinf(), 1)
        if max_value is not None:
            gradient = gradient.clamp(-max_value, max_value)
        return gradient

    return clip


def _thresholds(values: Sequence[float | None], like: Tensor) -> Tensor | None:
    """(members, 1), infinite where a member does not clip; None where no member does."""
    if all(value is None for value in values):
        return None
    return like.new_tensor([[torch.inf if value is None else value] for value in values])
