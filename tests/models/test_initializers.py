"""The distribution that each scheme draws from, against its formula."""

import math

import pytest
import torch
from torch import Generator, nn

from orchestrator.models.initializers import initialize
from orchestrator.models.settings import Init, Scheme

FAN_IN, FAN_OUT = 400, 300
STANDARD_DEVIATIONS: dict[Scheme, float] = {
    "normal": 1 / math.sqrt(FAN_IN),
    "uniform": 1 / math.sqrt(3 * FAN_IN),  # U(−a, a) has standard deviation a/√3
    "xavier": math.sqrt(2 / (FAN_IN + FAN_OUT)),
    "he": math.sqrt(2 / FAN_IN),
    "orthogonal": 1 / math.sqrt(FAN_IN),
    "pytorch": 1 / math.sqrt(3 * FAN_IN),
}
BOUNDS: dict[Scheme, float] = {
    "uniform": 1 / math.sqrt(FAN_IN),
    "xavier": math.sqrt(6 / (FAN_IN + FAN_OUT)),
    "pytorch": 1 / math.sqrt(FAN_IN),
}


def drawn(init: Init, seed: int = 0) -> nn.Linear:
    layer = nn.Linear(FAN_IN, FAN_OUT)
    holder = nn.ModuleDict({"layer": layer})
    initialize(holder, init, lambda name: Generator().manual_seed(seed + len(name)))
    return layer


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("scheme", STANDARD_DEVIATIONS)
def test_weights_have_the_prescribed_spread(scheme: Scheme, scale: float) -> None:
    weight = drawn(Init(scheme=scheme, scale=scale)).weight
    assert weight.std().item() == pytest.approx(scale * STANDARD_DEVIATIONS[scheme], rel=0.01)
    assert abs(weight.mean().item()) < 4 * weight.std().item() / math.sqrt(weight.numel())


@pytest.mark.parametrize("scheme", BOUNDS)
def test_uniform_schemes_stay_inside_and_reach_their_bound(scheme: Scheme) -> None:
    largest = drawn(Init(scheme=scheme)).weight.abs().max().item()
    assert 0.99 * BOUNDS[scheme] < largest <= BOUNDS[scheme]


@pytest.mark.slow
def test_orthogonal_rows_are_orthonormal() -> None:
    weight = drawn(Init(scheme="orthogonal", scale=3.0)).weight
    torch.testing.assert_close(weight @ weight.T, 9 * torch.eye(FAN_OUT), rtol=0, atol=1e-4)


def test_pytorch_draws_biases_as_nn_linear_does() -> None:
    bias, torchs = drawn(Init(scheme="pytorch")).bias, nn.Linear(FAN_IN, FAN_OUT).bias
    bound = 1 / math.sqrt(FAN_IN)
    for values in (bias, torchs):
        assert 0.95 * bound < values.abs().max().item() <= bound


@pytest.mark.parametrize("scheme", [s for s in STANDARD_DEVIATIONS if s != "pytorch"])
def test_biases_of_other_schemes_are_zero(scheme: Scheme) -> None:
    assert not drawn(Init(scheme=scheme)).bias.any()


@pytest.mark.parametrize("scheme", STANDARD_DEVIATIONS)
def test_a_given_bias_spread_is_normal(scheme: Scheme) -> None:
    bias = drawn(Init(scheme=scheme, bias=0.5)).bias
    assert bias.std().item() == pytest.approx(0.5, rel=0.15)


def test_each_parameter_has_its_own_stream_and_keeps_it() -> None:
    names: list[str] = []

    def generator_for(name: str) -> Generator:
        names.append(name)
        return Generator().manual_seed(0)

    initialize(nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2)), Init(), generator_for)
    assert names == ["0.weight", "0.bias", "2.weight", "2.bias"]
    one, same = drawn(Init(), seed=1).weight, drawn(Init(), seed=1).weight
    assert torch.equal(one, same)
    assert not torch.equal(one, drawn(Init(), seed=2).weight)
