"""Clipping of members with different thresholds."""

import torch

from orchestrator.study.settings import Training
from orchestrator.training.optim.clipping import clipping


def test_a_member_that_does_not_clip_survives_a_norm_that_overflows() -> None:
    """Its gradient is finite, the square of its norm is not: alone it would take the step."""
    gradient = torch.full((2, 3), 1e25)
    clip = clipping([Training(), Training(clip_norm=1.0)], gradient)
    free, clipped = clip(gradient)
    assert torch.equal(free, gradient[0])
    assert not clipped.any()  # as torch.nn.utils.clip_grad_norm_ does
