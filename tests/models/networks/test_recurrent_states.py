"""States of recurrent networks and their gradients, which probes measure, against torch's cells."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from orchestrator.models.networks.recurrent import Recurrent
from orchestrator.models.networks.recurrent_layer import RecurrentLayer
from tests.models.modules import kernel_of
from tests.models.networks.recurrent_networks import (
    KINDS,
    LENGTHS,
    WORDS,
    inputs_for,
    loss,
    network,
)


def test_retain_grad_on_a_kernels_outputs_shows_the_direct_part_alone() -> None:
    """The trap, and the way around it: ∂L/∂h_t is complete only in the step form."""
    net = network(False, cell="rnn", layers=1, pooling="last")
    inputs = inputs_for(False)
    run = net.layers[0](inputs)
    run.outputs.retain_grad()
    loss(net.output(run.outputs[:, -1])).backward()
    direct = run.outputs.grad.abs().sum((0, 2)) > 0
    assert direct.tolist() == [False] * 5 + [True], "only the last of six steps seems to matter"

    outputs, (states,) = net.steps(inputs)
    total = torch.autograd.grad(loss(outputs), states.h)
    assert all(gradient.abs().sum() > 0 for gradient in total)
    torch.testing.assert_close(total[-1], run.outputs.grad[:, -1])


CELLS: dict[str, Any] = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}


def torchs_cell(net: Recurrent, cell: str) -> Any:
    """torch's cell for one step, with the weights of the only layer."""
    found = CELLS[cell](3, 5).double()
    kernel = kernel_of(net).state_dict()
    found.load_state_dict({n.removesuffix("_l0"): v for n, v in kernel.items()})
    return found


@pytest.mark.parametrize("cell", CELLS)
def test_state_gradients_equal_those_of_a_run_that_starts_at_the_state(cell: str) -> None:
    """∂L/∂h_t and ∂L/∂c_t: cut at step t, go on with torch's own cell, differentiate."""
    net = network(False, cell=cell, layers=1, pooling="last")
    inputs, one_step = inputs_for(False), torchs_cell(net, cell)
    outputs, (states,) = net.steps(inputs)
    by_h = torch.autograd.grad(loss(outputs), states.h, retain_graph=True)
    by_c = torch.autograd.grad(loss(outputs), states.c) if states.c else ()

    def rest(t: int, h: Tensor, c: Tensor | None) -> Tensor:
        for later in range(t + 1, 6):
            if c is None:
                h = one_step(inputs[:, later], h)
            else:
                h, c = one_step(inputs[:, later], (h, c))
        return loss(net.output(h))

    for t, h in enumerate(states.h):
        start, c = h.detach().requires_grad_(), states.c[t].detach() if states.c else None
        torch.testing.assert_close(by_h[t], *torch.autograd.grad(rest(t, start, c), start))
        if c is not None:  # it acts on the next cell and, as h_t = o_t ⊙ tanh(c_t), on the output
            o = h.detach() / c.tanh()
            c = c.clone().requires_grad_()
            torch.testing.assert_close(by_c[t], *torch.autograd.grad(rest(t, o * c.tanh(), c), c))


GATES = {
    "rnn": set(),
    "lstm": {"forget_gate", "input_gate", "output_gate"},
    "gru": {"update_gate", "reset_gate"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_states_have_names_times_and_gates(kind: str) -> None:
    net = network(True, bidirectional=True, **KINDS[kind])
    outputs, states = net.steps(WORDS)
    assert [s.name for s in states] == ["forward.0", "backward.0", "forward.1", "backward.1"]
    cell = KINDS[kind]["cell"]
    for run in states:
        assert [h.shape for h in run.h] == [(4, 5)] * 6
        assert (run.c is not None) == (cell == "lstm")
        assert set(run.gates) == GATES[cell]
        assert all(g.min() > 0 and g.max() < 1 for gate in run.gates.values() for g in gate)
    reached = torch.autograd.grad(loss(outputs), [h for run in states for h in run.h])
    assert all(gradient.abs().sum() > 0 for gradient in reached)


def test_the_state_of_a_sentence_stays_after_its_end() -> None:
    _, (forward, backward) = network(True, cell="lstm", layers=1, bidirectional=True).steps(WORDS)
    for row, length in enumerate(LENGTHS):
        for t in range(length, 6):
            assert torch.equal(forward.h[t][row], forward.h[length - 1][row])
            assert not backward.h[t][row].any(), "it begins at the last word"


@pytest.mark.parametrize("opening", [0.2, 0.5, 1.0])
def test_the_gradient_of_a_cell_shrinks_by_its_forget_gate_alone(opening: float) -> None:
    """∂c_T/∂c_t = fᵏ over k steps, when gates do not look at h: the lecture's reason for cells."""
    layer = RecurrentLayer(3, 1, cell="lstm").double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        bias = layer.weights(0).b
        bias[1] = torch.tensor(opening).double().logit()
        bias[2] = 0.3  # z: something to remember
    (states,) = layer.steps(inputs_for(False)).states
    assert [g[0].item() for g in states.gates["forget_gate"]] == pytest.approx([opening] * 6)
    assert states.c is not None
    gradients = torch.autograd.grad(states.c[-1].sum(), states.c)
    assert [g[0].item() for g in gradients] == pytest.approx([opening**k for k in range(5, -1, -1)])
