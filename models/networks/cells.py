"""What happens in one time step of a recurrent network, as in the lecture.

x_t is the input of the step, h_{t−1} the hidden state before it, ⊙ the elementwise product:

    rnn     h_t = act(W x_t + R h_{t−1} + b)

    lstm    z_t = tanh(W_z x_t + R_z h_{t−1} + b_z)     input activation
            i_t = σ(W_i x_t + R_i h_{t−1} + b_i)        input gate
            f_t = σ(W_f x_t + R_f h_{t−1} + b_f)        forget gate
            o_t = σ(W_o x_t + R_o h_{t−1} + b_o)        output gate
            c_t = f_t ⊙ c_{t−1} + i_t ⊙ z_t             cell
            h_t = o_t ⊙ tanh(c_t)                       output activation

    gru     r_t = σ(W_r x_t + R_r h_{t−1} + b_r)        reset gate
            u_t = σ(W_u x_t + R_u h_{t−1} + b_u)        update gate: how much stays
            n_t = tanh(W_n x_t + b_n + r_t ⊙ (R_n h_{t−1} + b'_n))
            h_t = (1 − u_t) ⊙ n_t + u_t ⊙ h_{t−1}

With peepholes the gates of an lstm also see the cell: i_t adds p_i ⊙ c_{t−1} before its σ, f_t
adds p_f ⊙ c_{t−1}, and o_t adds p_o ⊙ c_t.

Sources: Hochreiter & Schmidhuber 1997, Gers et al. 2000 (forget gate), Gers & Schmidhuber 2000
(peepholes), Cho et al. 2014 (gru). Weights are arranged as in `nn.RNN`, `nn.LSTM`, `nn.GRU`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor
from torch.nn.functional import linear

Act = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of one direction of a layer; W, R and b stack the parts of a cell row by row."""

    W: Tensor  # (parts · hidden, inputs); parts: 1 in an rnn, i f z o in an lstm, r u n in a gru
    R: Tensor  # (parts · hidden, hidden)
    b: Tensor  # (parts · hidden,)
    b_R: Tensor  # (parts · hidden,): torch adds a second bias to R h
    p: Tensor | None = None  # (3, hidden): peepholes of i, f, o


@dataclass(frozen=True, slots=True)
class State:
    """What a step hands to the next one; (batch, hidden) each."""

    h: Tensor
    c: Tensor | None = None  # the cell of an lstm
    gates: Mapping[str, Tensor] = field(default_factory=dict)  # name → how far each unit's is open


Step = Callable[[Tensor, State, Weights, Act], State]
"""(W x_t + b for all parts, (batch, parts · hidden); the state before; weights; act) → the state.

W x_t needs no earlier state: it is computed for all time steps at once.
"""


def rnn(wx: Tensor, before: State, w: Weights, act: Act) -> State:
    """Elman's network: h_t = act(W x_t + R h_{t−1} + b)."""
    return State(act(wx + linear(before.h, w.R, w.b_R)))


def lstm(wx: Tensor, before: State, w: Weights, _: Act) -> State:
    """Long short-term memory; on the way back, the gradient of c only meets f."""
    c = cell_of(before)
    i, f, z, o = (wx + linear(before.h, w.R, w.b_R)).chunk(4, dim=-1)
    if w.p is not None:
        i, f = i + w.p[0] * c, f + w.p[1] * c
    i, f, z = i.sigmoid(), f.sigmoid(), z.tanh()
    c = f * c + i * z
    o = (o if w.p is None else o + w.p[2] * c).sigmoid()
    return State(o * c.tanh(), c, {"forget_gate": f, "input_gate": i, "output_gate": o})


def gru(wx: Tensor, before: State, w: Weights, _: Act) -> State:
    """Gated recurrent unit: one gate fewer than the lstm, and no cell."""
    wx_r, wx_u, wx_n = wx.chunk(3, dim=-1)
    rh_r, rh_u, rh_n = linear(before.h, w.R, w.b_R).chunk(3, dim=-1)
    r, u = (wx_r + rh_r).sigmoid(), (wx_u + rh_u).sigmoid()
    n = (wx_n + r * rh_n).tanh()
    return State((1 - u) * n + u * before.h, gates={"update_gate": u, "reset_gate": r})


def cell_of(state: State) -> Tensor:
    """c, which is 0 before the first step."""
    return state.h.new_zeros(state.h.shape) if state.c is None else state.c


STEPS: dict[str, Step] = {"rnn": rnn, "lstm": lstm, "gru": gru}
