"""An error in the user's model names the layer in which it was raised."""

import pytest
import torch
from torch import Tensor, nn

from orchestrator.models.own.importing import describe_error, failing_layer
from orchestrator.models.settings.own import OwnCode


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 5), nn.Tanh())
        self.head = nn.Linear(6, 2)

    def forward(self, inputs: Tensor) -> Tensor:
        if inputs.ndim > 2:
            raise ValueError("too many dimensions")
        return self.head(self.body(inputs))  # type: ignore[no-any-return]


def raised(features: tuple[int, ...]) -> Exception:
    with pytest.raises((RuntimeError, ValueError)) as found:
        Net()(torch.zeros(3, *features))
    return found.value


def test_the_layer_of_a_wrong_shape() -> None:
    assert failing_layer(raised((8,))) == "head: Linear(in_features=6, out_features=2, bias=True)"
    assert failing_layer(raised((7,))).startswith("body.0: Linear(in_features=8,")
    text = describe_error(raised((8,)), OwnCode("net:Net", ()))
    assert "cannot be multiplied" in text
    assert ", in its layer head: Linear(" in text


def test_an_error_outside_of_its_layers_has_none() -> None:
    assert failing_layer(raised((8, 8))) == ""
    with pytest.raises(ZeroDivisionError) as found:
        1 / 0  # noqa: B018
    assert failing_layer(found.value) == ""
