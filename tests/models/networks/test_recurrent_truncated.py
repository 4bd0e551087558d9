"""Truncated backpropagation through time."""

import pytest
import torch
from torch import Tensor

from orchestrator.models.networks.recurrent import Recurrent

TIME = 10


def network(cell: str, bptt_steps: int | None, *, bidirectional: bool = False) -> Recurrent:
    torch.manual_seed(0)
    return Recurrent(
        3,
        2,
        cell=cell,
        hidden=4,
        bidirectional=bidirectional,
        pooling="last",
        bptt_steps=bptt_steps,
    ).double()


def input_gradient(net: Recurrent, inputs: Tensor) -> Tensor:
    """Norm of ∂(sum of outputs)/∂x_t for each step, (time,)."""
    inputs = inputs.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(net(inputs).sum(), inputs)
    norms: Tensor = gradient.norm(dim=(0, 2))
    return norms


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_gradient_ends_at_the_last_cut_and_outputs_stay(cell: str) -> None:
    inputs = torch.randn(2, TIME, 3).double()
    whole, cut = network(cell, None), network(cell, 4)
    torch.testing.assert_close(cut(inputs), whole(inputs))
    everywhere, near = input_gradient(whole, inputs), input_gradient(cut, inputs)
    assert (everywhere > 0).all()
    assert (near[:8] == 0).all(), "cut before steps 4 and 8"
    torch.testing.assert_close(near[8:], everywhere[8:])


def test_the_backward_direction_is_cut_from_its_own_start() -> None:
    inputs = torch.randn(2, TIME, 3).double()
    near = input_gradient(network("rnn", 4, bidirectional=True), inputs)
    assert (near[:2] > 0).all(), "the backward direction ends at step 0"
    assert (near[2:8] == 0).all()
    assert (near[8:] > 0).all()


def test_cuts_longer_than_the_sequence_change_nothing() -> None:
    inputs = torch.randn(2, TIME, 3).double()
    torch.testing.assert_close(
        input_gradient(network("gru", TIME), inputs), input_gradient(network("gru", None), inputs)
    )
