"""One recurrent layer, in one or both directions, computed by torch's kernel or step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from orchestrator.models.activations import ACTIVATIONS
from orchestrator.models.networks.cells import STEPS, State, Weights, cell_of

KERNELS: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True, slots=True)
class States:
    """All states of one direction of one layer. They are on the graph of the outputs.

    h, c, gates: by time step of the input, (batch, hidden) each; where a sentence is over, the
    state stays as it was (and gates say nothing). The backward direction reaches step 0 last.
    """

    name: str  # "forward.0": the direction, and the layer counted from 0
    h: list[Tensor]
    c: list[Tensor] | None  # of an lstm
    gates: dict[str, list[Tensor]]  # "forget_gate" …, named in cells.py
    weights: Weights  # of this direction
    inputs: Tensor  # what the layer reads, (batch, time, inputs)
    wx: Tensor  # W x_t + b of all steps, (batch, time, parts · hidden): z_t without the past
    activation: nn.Module | None  # that takes z_t; None: gates, of which each part has its own
    lengths: Tensor | None = None  # steps of each example, (batch,); None: all of them


@dataclass(frozen=True, slots=True)
class LayerRun:
    """outputs: (batch, time, directions · hidden).   last: (batch, directions · hidden)."""

    outputs: Tensor
    last: Tensor  # the state in which each direction ends
    states: list[States]  # empty where the kernel ran


class RecurrentLayer(nn.Module):
    """x_1 … x_T → h_1 … h_T; with two directions, their states side by side.

    The weights are those of torch's module. `fused`: whether torch has a kernel for this cell;
    it has none for the activation sigmoid and for peepholes, and its kernels cannot cut the
    gradient after every `bptt_steps` time steps. number: of this layer, from 0.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        *,
        cell: str,
        bidirectional: bool = False,
        activation: str = "tanh",
        peephole: bool = False,
        bptt_steps: int | None = None,
        number: int = 0,
    ) -> None:
        super().__init__()
        self.number, self.cell = number, cell
        has_kernel = activation != "sigmoid" and not peephole
        self.bptt_steps = bptt_steps
        self.fused = has_kernel and bptt_steps is None
        nonlinearity = {"nonlinearity": activation} if cell == "rnn" and has_kernel else {}
        self.kernel = KERNELS[cell](
            inputs, hidden, batch_first=True, bidirectional=bidirectional, **nonlinearity
        )
        self.activation = ACTIVATIONS[activation]()
        self.directions = DIRECTIONS if bidirectional else DIRECTIONS[:1]
        if peephole:
            self.peephole = nn.Parameter(torch.zeros(len(self.directions), 3, hidden))
        else:
            self.register_parameter("peephole", None)

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> LayerRun:
        """With torch's kernel. inputs: (batch, time, inputs).   lengths: (batch,), None: all time.

        The kernel returns the outputs alone: what `retain_grad` shows of them leaves out the way
        through later steps. For the whole ∂L/∂h_t, run the same weights in `steps`.
        """
        if lengths is None:
            outputs, final = self.kernel(inputs)
        else:
            outputs, final = self.kernel(_packed(inputs, lengths))
            outputs, _ = pad_packed_sequence(
                outputs, batch_first=True, total_length=inputs.shape[1]
            )
        h = final[0] if self.cell == "lstm" else final  # (directions, batch, hidden)
        return LayerRun(outputs, h.transpose(0, 1).flatten(1), states=[])

    def steps(self, inputs: Tensor, lengths: Tensor | None = None) -> LayerRun:
        """The same, one formula of `cells.py` a time step."""
        going = None if lengths is None else before_end(lengths, inputs.shape[1])
        driven = [linear(inputs, w.W, w.b) for w in map(self.weights, range(len(self.directions)))]
        runs = [self._direction(wx, going, index) for index, wx in enumerate(driven)]
        outputs = torch.cat([torch.stack([s.h for s in run], dim=1) for run in runs], dim=-1)
        if going is not None:
            outputs = outputs * going.unsqueeze(-1)  # 0 where the sentence is over
        ends = [run[0 if index else -1].h for index, run in enumerate(runs)]
        states = [
            self._states(run, index, inputs, wx, lengths)
            for index, (run, wx) in enumerate(zip(runs, driven, strict=True))
        ]
        return LayerRun(outputs, torch.cat(ends, dim=-1), states)

    def _direction(self, wx: Tensor, going: Tensor | None, index: int) -> list[State]:
        """The states after each time step of the input, in its order."""
        w, step = self.weights(index), STEPS[self.cell]
        state = State(wx.new_zeros(len(wx), w.R.shape[1]))
        now = wx.unbind(1)  # by time step, (batch, parts · hidden)
        times = range(len(now))
        states = [state] * len(times)
        for read, t in enumerate(times if index == 0 else reversed(times)):
            if self.bptt_steps is not None and read % self.bptt_steps == 0:
                state = _cut(state)
            after = step(now[t], state, w, self.activation)
            state = after if going is None else _kept(after, state, going[:, t])
            # h_t was made of after.c: only there its gradient is whole.
            states[t] = state if going is None else replace(state, c=after.c)
        return states

    def _states(
        self,
        run: Sequence[State],
        index: int,
        inputs: Tensor,
        wx: Tensor,
        lengths: Tensor | None,
    ) -> States:
        return States(
            name=f"{self.directions[index]}.{self.number}",
            h=[state.h for state in run],
            c=[state.c for state in run if state.c is not None] or None,
            gates={name: [state.gates[name] for state in run] for name in run[0].gates},
            weights=self.weights(index),
            inputs=inputs,
            wx=wx,
            activation=self.activation if self.cell == "rnn" else None,
            lengths=lengths,
        )

    def weights(self, direction: int) -> Weights:
        """Of one direction, under the names of the lecture; direction: 0 forward, 1 backward."""
        end = "l0_reverse" if direction else "l0"
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        W, R, b, b_R = (getattr(self.kernel, f"{name}_{end}") for name in names)
        return Weights(W, R, b, b_R, None if self.peephole is None else self.peephole[direction])


def before_end(lengths: Tensor, time: int) -> Tensor:
    """(batch,) → (batch, time) of bool: whether the sentence is not over."""
    return torch.arange(time, device=lengths.device) < lengths.unsqueeze(-1)


def _packed(inputs: Tensor, lengths: Tensor) -> PackedSequence:
    return pack_padded_sequence(inputs, lengths.cpu(), batch_first=True, enforce_sorted=False)


def _kept(after: State, before: State, going: Tensor) -> State:
    """The state before the step where the sentence is over, else the one after it."""
    is_going = going.unsqueeze(-1)  # (batch, 1)
    c = None if after.c is None else torch.where(is_going, after.c, cell_of(before))
    return State(torch.where(is_going, after.h, before.h), c, after.gates)


def _cut(state: State) -> State:
    """The same numbers, through which no gradient flows back."""
    c = None if state.c is None else state.c.detach()
    return State(state.h.detach(), c, state.gates)
