"""Step cells, beside torch's modules of the same weights."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from orchestrator.training.probes.any_loop import probe_model
from tests.training.probes.networks import ALL, SERIES, Places, Pooled, places


class OfSteps(nn.Module):
    """Step cells, called in a loop."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.cell = {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "rnn": nn.RNNCell}[kind](6, 4)
        self.out = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        state: Any = None
        for step in x.unbind(1):
            state = self.cell(step, state)
        classes: Tensor = self.out(state[0] if isinstance(state, tuple) else state)
        return classes


def through_time(model: nn.Module, x: Tensor, y: Tensor) -> Places:
    found = places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL))
    return {place: value for place, value in found.items() if place[0] == "time"}


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_step_cells_have_the_gradients_of_the_module(kind: str) -> None:
    cells, x, y = OfSteps(kind), torch.randn(SERIES), torch.randint(3, (9,))
    whole = Pooled({"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[kind](6, 4, batch_first=True))
    whole.load_state_dict(
        {
            name.replace("cell", "body") + "_l0" * name.startswith("cell"): value
            for name, value in cells.state_dict().items()
        }
    )
    found, wanted = (through_time(model, x, y) for model in (cells, whole))
    assert len(wanted) > 5
    assert found == pytest.approx(wanted, rel=1e-5)
