"""Recurrent modules of torch's, computed step by step for a probe."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from orchestrator.models.losses import cross_entropy, squared_error
from orchestrator.training.probes.time import probe_time
from orchestrator.training.probes.unrolling import stepwise
from orchestrator.training.stacking.members import single

TIME, HIDDEN = 7, 5
MODULES: dict[str, Callable[..., nn.RNNBase]] = {
    "rnn": nn.RNN,
    "relu": lambda *sizes, **settings: nn.RNN(*sizes, nonlinearity="relu", **settings),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}
GRADIENTS = {"hidden_grad", "cell_grad"}


class Net(nn.Module):
    """As a user would write it, with torch's module."""

    def __init__(self, kind: str, *, packed: bool = False, start: bool = False, **settings: Any):
        super().__init__()
        torch.manual_seed(0)
        self.rnn = MODULES[kind](3, HIDDEN, **settings)
        self.head = nn.Linear(HIDDEN * (1 + self.rnn.bidirectional), 2)
        self.packed, self.start = packed, start
        self.double()

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, 3)
        lengths = torch.arange(len(x)) % TIME + 1
        inputs: Any = x if self.rnn.batch_first else x.transpose(0, 1)
        if self.packed:
            inputs = pack_padded_sequence(
                inputs, lengths, batch_first=self.rnn.batch_first, enforce_sorted=False
            )
        layers = self.rnn.num_layers * (1 + self.rnn.bidirectional)
        zeros = torch.zeros(layers, len(x), HIDDEN).to(x)
        is_lstm = isinstance(self.rnn, nn.LSTM)
        given = ((zeros, zeros) if is_lstm else zeros,) if self.start else ()
        outputs, last = self.rnn(inputs, *given)
        if self.packed:
            outputs, _ = pad_packed_sequence(outputs, batch_first=self.rnn.batch_first)
        steps = outputs if self.rnn.batch_first else outputs.transpose(0, 1)
        ends = sum(part.sum() for part in last) if is_lstm else last.sum()
        scores: Tensor = self.head(steps.sum(1) + steps[:, -1]) + 0.1 * ends
        return scores


SETTINGS: list[dict[str, Any]] = [
    {"batch_first": batch_first, "num_layers": layers, "bidirectional": both, "bias": not packed,
     "packed": packed, "start": packed}
    for batch_first, layers, both, packed in product((True, False), (1, 2), (True, False),
                                                     (True, False))
]  # fmt: skip


@pytest.mark.parametrize("kind", MODULES)
@pytest.mark.slow
def test_outputs_and_weight_gradients_are_those_of_the_kernel(kind: str) -> None:
    """All settings: layers, directions, order of dimensions, packed, given a state of zeros."""
    x = torch.randn(9, TIME, 3).double()
    for settings in SETTINGS:
        net = Net(kind, **settings)
        parameters = list(net.parameters())
        fused = net(x)
        unrolled, states = stepwise(net, x)
        assert len(states) == settings["num_layers"] * (1 + settings["bidirectional"])
        torch.testing.assert_close(unrolled, fused, rtol=1e-10, atol=1e-12)
        theirs = torch.autograd.grad(fused.square().sum(), parameters)
        ours = torch.autograd.grad(unrolled.square().sum(), parameters)
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-11)
        assert not net.rnn._forward_hooks


def test_states_are_named_by_direction_and_layer() -> None:
    _, states = stepwise(
        Net("gru", num_layers=2, bidirectional=True), torch.randn(4, TIME, 3).double()
    )
    assert [s.name for s in states] == ["forward.0", "backward.0", "forward.1", "backward.1"]


def test_layers_are_counted_through_all_modules() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.LSTM(3, 4, bidirectional=True, batch_first=True)
            self.b = nn.GRU(8, 4, num_layers=2, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            outputs: Tensor = self.b(self.a(x)[0])[0][:, -1]
            return outputs

    _, states = stepwise(Two(), torch.randn(4, TIME, 3))
    assert [s.name for s in states] == ["forward.0", "backward.0", "forward.1", "forward.2"]


def test_a_state_to_begin_with_is_left_to_the_kernel() -> None:
    class Begun(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.RNN(3, 4, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            outputs: Tensor = self.rnn(x, torch.ones(1, len(x), 4))[0][:, -1]
            return outputs

    net, x = Begun(), torch.randn(2, TIME, 3)
    outputs, states = stepwise(net, x)
    assert states == []
    torch.testing.assert_close(outputs, net(x))
    assert probe_time(single(net), squared_error, x[None], torch.zeros(1, 2, 4), GRADIENTS) == []


class Last(nn.Module):
    """One output after the last step."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rnn = MODULES[kind](3, HIDDEN, batch_first=True)
        self.head = nn.Linear(HIDDEN, 2)
        self.double()

    def forward(self, x: Tensor) -> Tensor:
        outputs: Tensor = self.head(self.rnn(x)[0][:, -1])
        return outputs


def test_what_retain_grad_shows_of_a_kernel_is_only_the_direct_part() -> None:
    """The trap: of the fused outputs only the last step has a gradient."""
    net, x, y = Last("lstm"), torch.randn(4, TIME, 3).double(), torch.randn(4, 2).double()
    outputs, _ = net.rnn(x)
    outputs.retain_grad()
    squared_error(net.head(outputs[:, -1]), y).sum().backward()
    direct = outputs.grad.norm(dim=-1).mean(0)
    assert not direct[:-1].any()

    readings = probe_time(single(net), squared_error, x[None], y[None], {"hidden_grad"})
    total = torch.stack([r.values[0] for r in reversed(readings)])  # by step
    assert (total > 0).all()
    torch.testing.assert_close(total[-1], direct[-1])


def loss_after(net: Last, h: Any, x: Tensor, y: Tensor) -> Tensor:
    """The loss of the kernel restarted from a state; x: the steps that are left."""
    state = h[0] if isinstance(net.rnn, nn.LSTM) else h
    outputs = net.rnn(x, h)[0][:, -1] if x.shape[1] else state[0]
    return squared_error(net.head(outputs), y)


@pytest.mark.parametrize("kind", MODULES)
def test_total_gradients_agree_with_finite_differences(kind: str) -> None:
    """Every number of every state is nudged, in float64; the kernel does the rest of the way."""
    net, x, y = Last(kind), torch.randn(2, TIME, 3).double(), torch.randn(2, 2).double()
    readings = probe_time(single(net), squared_error, x[None], y[None], {"hidden_grad"})
    nudge = 1e-6
    with torch.no_grad():
        for lag in range(TIME):
            _, state = net.rnn(x[:, : TIME - lag])
            h, c = state if kind == "lstm" else (state, None)
            slopes = []
            for unit in range(HIDDEN):
                ends = []
                for sign in (1, -1):
                    moved = h.clone()
                    moved[0, :, unit] += sign * nudge
                    start = moved if c is None else (moved, c)
                    ends.append(loss_after(net, start, x[:, TIME - lag :], y))
                slopes.append((ends[0] - ends[1]) / (2 * nudge))
            expected = torch.stack(slopes).norm(dim=0).mean().item()
            assert readings[lag].position == lag
            assert readings[lag].values.item() == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_total_gradients_agree_with_the_explicit_chain_rule() -> None:
    """∂L/∂h_{T−k} = (R diag φ')ᵏ ∂L/∂h_T, the lecture's product of Jacobians."""
    net, x, y = Last("rnn"), torch.randn(3, TIME, 3).double(), torch.randn(3, 2).double()
    readings = probe_time(single(net), squared_error, x[None], y[None], {"hidden_grad"})
    R = net.rnn.get_parameter("weight_hh_l0").detach().numpy()
    with torch.no_grad():
        h = net.rnn(x)[0].numpy()  # (examples, time, hidden)
        error = (net.head(torch.tensor(h[:, -1])) - y).numpy()
    scale = squared_error(net.head(torch.tensor(h[:, -1])), y).detach().numpy() / (error**2).sum(1)
    gradient = 2 * scale[:, None] * error @ net.head.weight.detach().numpy()
    for lag in range(TIME):
        expected = np.linalg.norm(gradient, axis=1).mean()
        assert readings[lag].values.item() == pytest.approx(expected, rel=1e-9)
        gradient = (gradient * (1 - h[:, TIME - 1 - lag] ** 2)) @ R


def test_a_sentence_ends_where_its_padding_begins() -> None:
    class Tagger(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.table, self.rnn = nn.Embedding(9, 3), nn.GRU(3, 4, batch_first=True)
            self.head = nn.Linear(4, 2)

        def forward(self, words: Tensor) -> Tensor:
            outputs: Tensor = self.head(self.rnn(self.table(words))[0])
            return outputs

    words, tags = torch.tensor([[1, 2, 1, 0, 0]]), torch.tensor([[0, 1, 0, -1, -1]])
    short, padded = (
        probe_time(single(Tagger()), cross_entropy, w[None], t[None], {"hidden_grad", "initial"})
        for w, t in ((words[:, :3], tags[:, :3]), (words, tags))
    )
    finite = {(r.quantity, r.position): r.values.item() for r in padded if r.values.isfinite()}
    assert finite == pytest.approx({(r.quantity, r.position): r.values.item() for r in short})
