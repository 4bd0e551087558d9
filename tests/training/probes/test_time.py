"""Gradients through time against an independent computation: restart the network at step t."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from orchestrator.models.losses import cross_entropy, squared_error
from orchestrator.models.networks.recurrent import Recurrent as Network
from orchestrator.models.settings import Adding, Recurrent
from orchestrator.study.probes import Probes
from orchestrator.training.engine import train
from orchestrator.training.probes.time import probe_time
from orchestrator.training.stacking.members import single
from tests.models.modules import kernel_of, recurrent_layer
from tests.training.packs import pack, variant

TIME, HIDDEN = 7, 5
GRADIENTS = {"hidden_grad", "cell_grad"}


def network(cell: str, **settings: Any) -> Network:
    torch.manual_seed(0)
    defaults: dict[str, Any] = {"cell": cell, "hidden": HIDDEN, "pooling": "last"}
    return Network(3, 2, **{**defaults, **settings}).double()


def gradients_by_restart(net: Network, inputs: Tensor, targets: Tensor) -> dict[str, list[float]]:
    """∂L/∂h_t from torch's own kernel, run to step t and restarted there from a leaf."""
    kernel = kernel_of(net)
    found: dict[str, list[float]] = {"hidden_grad": [], "cell_grad": []}
    for step in reversed(range(TIME)):
        _, state = kernel(inputs[:, : step + 1])
        leaves = [part.detach().requires_grad_() for part in _parts(state)]
        final = leaves
        if step + 1 < TIME:
            restart = tuple(leaves) if len(leaves) == 2 else leaves[0]
            final = _parts(kernel(inputs[:, step + 1 :], restart)[1])
        loss = squared_error(net.output(final[0][0]), targets).sum()
        gradients = torch.autograd.grad(loss, leaves, allow_unused=True, materialize_grads=True)
        if len(leaves) == 2:  # the restart cut c → h at this step: h = o tanh(c)
            (h, c), (of_h, of_c) = leaves, gradients
            gradients = of_h, of_c + of_h * h / c.tanh() * (1 - c.tanh() ** 2)
        for name, gradient in zip(found, gradients, strict=False):
            found[name].append(gradient[0].norm(dim=-1).mean().item())
    return {name: values for name, values in found.items() if values}


def _parts(state: Tensor | tuple[Tensor, Tensor]) -> list[Tensor]:
    return list(state) if isinstance(state, tuple) else [state]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_gradients_are_total_derivatives_through_later_states(cell: str) -> None:
    net = network(cell)
    inputs, targets = torch.randn(4, TIME, 3).double(), torch.randn(4, 2).double()
    expected = gradients_by_restart(net, inputs, targets)
    readings = probe_time(single(net), squared_error, inputs[None], targets[None], GRADIENTS)
    for quantity, values in expected.items():
        measured = [r.values.item() for r in readings if r.quantity == quantity]
        np.testing.assert_allclose(measured, values, rtol=1e-9)
    assert [r.position for r in readings if r.quantity == "hidden_grad"] == list(range(TIME))


def loss_from(net: Network, x: Tensor, y: Tensor, step: int, state: list[Tensor]) -> Tensor:
    """Of each example, restarted after a step with this state; (examples,)."""
    kernel = kernel_of(net)
    last = state
    if step + 1 < TIME:
        given = tuple(state) if len(state) == 2 else state[0]
        last = _parts(kernel(x[:, step + 1 :], given)[1])
    return squared_error(net.output(last[0][0]), y)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_gradients_agree_with_finite_differences(cell: str) -> None:
    """Every unit of every state moved by ±10⁻⁶, in float64; c takes its h = o tanh(c) along."""
    net, epsilon = network(cell), 1e-6
    x, y = torch.randn(4, TIME, 3).double(), torch.randn(4, 2).double()
    readings = probe_time(single(net), squared_error, x[None], y[None], GRADIENTS)
    kernel = kernel_of(net)
    for reading in readings:
        step, part = TIME - 1 - reading.position, int(reading.quantity == "cell_grad")
        with torch.no_grad():
            state = _parts(kernel(x[:, : step + 1])[1])
            slopes = []
            for unit in range(HIDDEN):
                ends = []
                for sign in (1, -1):
                    moved = [each.clone() for each in state]
                    moved[part][..., unit] += sign * epsilon
                    if part == 1:
                        moved[0] *= moved[1].tanh() / state[1].tanh()
                    ends.append(loss_from(net, x, y, step, moved))
                slopes.append((ends[0] - ends[1]) / (2 * epsilon))
        expected = torch.stack(slopes, dim=-1).norm(dim=-1).mean().item()
        assert reading.values.item() == pytest.approx(expected, rel=1e-5)


def test_the_gradient_of_a_plain_network_is_the_chain_rule_written_out() -> None:
    """∂L/∂h_{T−k} = (Rᵀ diag(1 − h²))ᵏ … ∂L/∂h_T, one product of matrices a step."""
    net = network("rnn")
    x, y = torch.randn(1, TIME, 3).double(), torch.randn(1, 2).double()
    kernel = kernel_of(net)
    states, R = kernel(x)[0][0].detach(), recurrent_layer(net).weights(0).R.detach()
    last = states[-1].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(squared_error(net.output(last[None]), y).sum(), last)
    expected = [gradient.norm().item()]
    for step in reversed(range(1, TIME)):
        gradient = R.T @ ((1 - states[step] ** 2) * gradient)
        expected.append(gradient.norm().item())
    readings = probe_time(single(net), squared_error, x[None], y[None], {"hidden_grad"})
    assert [r.values.item() for r in readings] == pytest.approx(expected, rel=1e-9)


def test_padding_does_not_move_the_lag() -> None:
    """A sentence in a longer table: lag 0 is still its own last word."""
    net = network("lstm", embedding=3, pooling=None)
    words = torch.tensor([[1, 2, 1, 0, 0]])
    tags = torch.tensor([[0, 1, 0, -1, -1]])
    short = probe_time(single(net), cross_entropy, words[None, :, :3], tags[None, :, :3], GRADIENTS)
    padded = probe_time(single(net), cross_entropy, words[None], tags[None], GRADIENTS)
    finite = {(r.quantity, r.position): r.values.item() for r in padded if r.values.isfinite()}
    assert finite == pytest.approx({(r.quantity, r.position): r.values.item() for r in short})


def test_sentences_have_the_same_gradients_as_sequences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words without padding, with their lengths and without."""
    net = network("lstm", embedding=3, pooling=None)
    words, tags = torch.tensor([[1, 2, 1, 2]]), torch.tensor([[0, 1, 0, 1]])
    with_lengths = probe_time(single(net), cross_entropy, words[None], tags[None], GRADIENTS)
    monkeypatch.setattr(
        "orchestrator.models.networks.recurrent.sentence_lengths", lambda words: None
    )
    without = probe_time(single(net), cross_entropy, words[None], tags[None], GRADIENTS)
    assert {r.quantity for r in without} == {"hidden_grad", "cell_grad"}
    for one, other in zip(with_lengths, without, strict=True):
        torch.testing.assert_close(one.values, other.values)


def test_the_backward_direction_counts_from_the_start() -> None:
    """With the last states as output, the backward one ends at step 0: there the gradient is."""
    net = network("rnn", bidirectional=True)
    inputs, targets = torch.randn(1, 4, TIME, 3).double(), torch.randn(1, 4, 2).double()
    readings = probe_time(single(net), squared_error, inputs, targets, GRADIENTS)
    for site in ("forward.0", "backward.0"):
        values = [r.values.item() for r in readings if r.site == site]
        assert values[0] == max(values)
        assert values[-1] < 0.1 * values[0]


def test_rows_of_a_recurrent_trial() -> None:
    task = Adding(length=8, examples=40)
    lstm = variant(
        task=task,
        model=Recurrent(cell="lstm", hidden=4),
        probes=Probes(every_epochs=1, examples=6),
        epochs=1,
    )
    rows = train(pack([lstm]))
    assert rows.trials["execution"] == ["sequential"] * 2
    gradients = pd.DataFrame(rows.gradients)
    time = gradients[(gradients.axis == "time") & gradients.quantity.isin(GRADIENTS)]
    counts = time.groupby(["trial_id", "epoch", "quantity"]).position.nunique()
    assert (counts == 8).all()
    assert set(time.quantity) >= GRADIENTS
