"""The states of torch's step cells, which a model calls once for every time step.

A call is computed by the formulas of `cells.py` of the networks, with the same weights: outputs and
gradients are the same, and ∂L/∂c_t of an `nn.LSTMCell` is whole, as h_t is made of that c_t.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from orchestrator.models.activations import ACTIVATIONS
from orchestrator.models.networks.cells import STEPS, State, Weights
from orchestrator.models.networks.recurrent_layer import States

NAMES: dict[type[nn.Module], str] = {nn.RNNCell: "rnn", nn.LSTMCell: "lstm", nn.GRUCell: "gru"}


@dataclass
class _Run:
    """One sequence that a cell has read."""

    weights: Weights
    activation: nn.Module
    is_gated: bool
    inputs: list[Tensor] = field(default_factory=list)
    driven: list[Tensor] = field(default_factory=list)  # W x_t + b
    states: list[State] = field(default_factory=list)

    def as_states(self, number: int) -> States:
        gates = self.states[0].gates
        return States(
            name=f"forward.{number}",
            h=[state.h for state in self.states],
            c=[state.c for state in self.states if state.c is not None] or None,
            gates={name: [state.gates[name] for state in self.states] for name in gates},
            weights=self.weights,
            inputs=torch.stack(self.inputs, dim=1),
            wx=torch.stack(self.driven, dim=1),
            activation=None if self.is_gated else self.activation,
        )


def has_cells(model: nn.Module) -> bool:
    return any(type(module) in NAMES for module in model.modules())


@contextmanager
def watching_cells(model: nn.Module, first: int = 0) -> Iterator[list[States]]:
    """The states of all cells that are called meanwhile; the list is filled at the end.

    Each cell is a layer, in the order of their first calls, numbered from `first`; a call without a
    state begins a new sequence, and with it a layer of its own.
    """
    runs, found = dict[tuple[int, int], _Run](), list[States]()
    handles = [
        module.register_forward_hook(_hook(runs), with_kwargs=True)
        for module in model.modules()
        if type(module) in NAMES
    ]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()
    found += [run.as_states(number) for number, run in enumerate(runs.values(), first)]


def _hook(runs: dict[tuple[int, int], _Run]) -> Any:
    def hook(module: Any, args: Any, kwargs: Any, outputs: Any) -> Any:
        inputs, start = (*args, *kwargs.values(), None)[:2]
        if inputs.dim() != 2:
            return None  # one sequence, without a batch dimension
        begun = sum(cell == id(module) for cell, _ in runs)
        if start is None or not begun:
            begun += 1
            runs[id(module), begun] = _new(module)
        run = runs[id(module), begun]
        wx = linear(inputs, run.weights.W, run.weights.b)
        state = STEPS[NAMES[type(module)]](
            wx, _before(start, wx, module.hidden_size), run.weights, run.activation
        )
        run.inputs.append(inputs)
        run.driven.append(wx)
        run.states.append(state)
        return state.h if state.c is None else (state.h, state.c)

    return hook


def _new(module: Any) -> _Run:
    b, b_R = module.bias_ih, module.bias_hh
    if b is None:
        b = b_R = module.weight_ih.new_zeros(len(module.weight_ih))
    activation = ACTIVATIONS[getattr(module, "nonlinearity", "tanh")]()
    weights = Weights(module.weight_ih, module.weight_hh, b, b_R)
    return _Run(weights, activation, is_gated=type(module) is not nn.RNNCell)


def _before(start: Any, wx: Tensor, hidden: int) -> State:
    if start is None:
        return State(wx.new_zeros(len(wx), hidden))
    return State(*start) if isinstance(start, tuple) else State(start)
