"""What the row of a failed trial says."""

import pytest
import torch
from torch import nn

from orchestrator.execution.worker.failures import describe


class Net(nn.Module):
    """Its head does not fit its body."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(64, 6)
        self.head = nn.Linear(7, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.head(self.body(x))
        return out


def test_the_layer_whose_shapes_are_wrong_is_named() -> None:
    with pytest.raises(RuntimeError) as raised:
        Net()(torch.zeros(2, 64))
    message, layer, first, *_ = describe(raised.value).splitlines()
    assert message.startswith(
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x6 and 7x10"
    )
    assert layer == "in the layer head: Linear(in_features=7, out_features=10, bias=True)"
    assert first.lstrip().startswith("File ")


def test_an_error_outside_of_layers_has_no_such_line() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        _ = 1 / 0
    message, first, *_ = describe(raised.value).splitlines()
    assert message == "ZeroDivisionError: division by zero"
    assert first.lstrip().startswith("File ")
