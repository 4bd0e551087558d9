"""Label smoothing against torch's."""

import pytest
import torch
from torch.nn import functional

from orchestrator.models.losses import cross_entropy, squared_error
from orchestrator.study.settings import Training
from orchestrator.training.losses.smoothing import of_member, smoothed
from orchestrator.training.masked_means import mean_per_member

SHARES = [0.0, 0.1, 0.5]
TRAININGS = [Training(label_smoothing=share) for share in SHARES]


@pytest.mark.parametrize("shape", [(7,), (7, 4)], ids=["classes", "tags"])
def test_values_and_gradients_are_torchs(shape: tuple[int, ...]) -> None:
    """Padding, −1, counts in neither."""
    generator = torch.Generator().manual_seed(0)
    outputs = torch.randn(3, *shape, 5, dtype=torch.float64, generator=generator)
    targets = torch.randint(-1 if len(shape) == 2 else 0, 5, (3, *shape), generator=generator)
    outputs.requires_grad_()
    loss = smoothed(cross_entropy, TRAININGS, outputs.detach())
    means = mean_per_member(loss(outputs, targets), targets)
    (ours,) = torch.autograd.grad(means.sum(), outputs)
    for member, share in enumerate(SHARES):
        expected = functional.cross_entropy(
            outputs[member].flatten(0, -2), targets[member].flatten(), ignore_index=-1,
            label_smoothing=share,
        )  # fmt: skip
        torch.testing.assert_close(means[member], expected)
        (theirs,) = torch.autograd.grad(expected, outputs)
        torch.testing.assert_close(ours[member], theirs[member])
        alone = of_member(loss, member)
        torch.testing.assert_close(
            alone(outputs[member], targets[member]), loss(outputs, targets)[member]
        )


def test_without_a_share_the_loss_is_the_same_function() -> None:
    assert smoothed(cross_entropy, [Training()], torch.zeros(1)) is cross_entropy
    assert of_member(cross_entropy, 0) is cross_entropy
    assert smoothed(squared_error, TRAININGS, torch.zeros(1)) is squared_error
