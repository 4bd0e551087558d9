"""How convolutions, embeddings and recurrent layers are drawn, against formulas and torch."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from orchestrator.models.initializers import initialize
from orchestrator.models.networks.recurrent_layer import RecurrentLayer
from orchestrator.models.settings import Init, RecurrentInit, Scheme

HIDDEN, INPUTS = 60, 40
CELLS: dict[str, tuple[Callable[..., nn.RNNBase], int]] = {  # torch's module, parts of the cell
    "rnn": (nn.RNN, 1),
    "lstm": (nn.LSTM, 4),
    "gru": (nn.GRU, 3),
}
NORMAL = Init(scheme="normal")


def generator_for(name: str, seed: int = 0) -> Generator:
    return Generator().manual_seed(1000 * seed + sum(map(ord, name)))


def kernel(cell: str = "lstm", init: Init | None = None, **rules: Any) -> nn.RNNBase:
    layer = CELLS[cell][0](INPUTS, HIDDEN, bidirectional=True)
    initialize(nn.ModuleDict({"layer": layer}), init or Init(), generator_for, **rules)
    return layer


def spread(values: Tensor) -> float:
    return values.std().item()


def is_uniform(values: Tensor, bound: float) -> bool:
    """Inside ±bound, reaching nearly to both ends, with the spread of a uniform distribution."""
    low, high = values.min().item(), values.max().item()
    ends = -0.97 * bound > low >= -bound and 0.97 * bound < high <= bound
    return ends and spread(values) == pytest.approx(bound / math.sqrt(3), rel=0.1)


@pytest.mark.parametrize("cell", CELLS)
def test_pytorch_draws_all_of_a_recurrent_layer_as_torch_does(cell: str) -> None:
    torch.manual_seed(0)
    for layer in (kernel(cell), CELLS[cell][0](INPUTS, HIDDEN, bidirectional=True)):
        for name, values in layer.named_parameters():
            if name.startswith("weight"):
                assert is_uniform(values, 1 / math.sqrt(HIDDEN)), name
            else:
                assert 0.8 / math.sqrt(HIDDEN) < values.abs().max() <= 1 / math.sqrt(HIDDEN), name


INPUT_SPREADS: dict[Scheme, float] = {
    "normal": 1 / math.sqrt(INPUTS),
    "uniform": 1 / math.sqrt(3 * INPUTS),
    "xavier": math.sqrt(2 / (INPUTS + HIDDEN)),
    "he": math.sqrt(2 / INPUTS),
    "orthogonal": 1 / math.sqrt(HIDDEN),  # 60 rows, 40 orthonormal columns
}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scheme", INPUT_SPREADS)
def test_init_draws_the_input_weights_of_every_gate(scheme: Scheme, cell: str) -> None:
    layer = kernel(cell, Init(scheme=scheme, scale=2.0))
    for suffix in ("l0", "l0_reverse"):
        gates = getattr(layer, f"weight_ih_{suffix}").split(HIDDEN)
        assert len(gates) == CELLS[cell][1]
        for gate in gates:
            assert spread(gate) == pytest.approx(2 * INPUT_SPREADS[scheme], rel=0.08)
        assert is_uniform(getattr(layer, f"weight_hh_{suffix}"), 1 / math.sqrt(HIDDEN))
        assert not getattr(layer, f"bias_ih_{suffix}").any()
        assert not getattr(layer, f"bias_hh_{suffix}").any()


@pytest.mark.parametrize("cell", CELLS)
def test_recurrent_init_draws_the_square_matrix_of_every_gate(cell: str) -> None:
    unit = torch.eye(HIDDEN)
    orthogonal = kernel(cell, recurrent_init=RecurrentInit(scheme="orthogonal", scale=1.5))
    for gate in orthogonal.get_parameter("weight_hh_l0_reverse").split(HIDDEN):
        torch.testing.assert_close(gate @ gate.T, 2.25 * unit, rtol=0, atol=1e-4)
    identity = kernel(cell, recurrent_init=RecurrentInit(scheme="identity", scale=0.5))
    for gate in identity.get_parameter("weight_hh_l0").split(HIDDEN):
        assert torch.equal(gate, 0.5 * unit)
    normal = kernel(cell, recurrent_init=RecurrentInit(scheme="normal", scale=3.0))
    for gate in normal.get_parameter("weight_hh_l0").split(HIDDEN):
        assert spread(gate) == pytest.approx(3 / math.sqrt(HIDDEN), rel=0.05)
    pytorch = kernel(cell, recurrent_init=RecurrentInit(scale=2.0))
    assert is_uniform(pytorch.get_parameter("weight_hh_l0"), 2 / math.sqrt(HIDDEN))
    assert is_uniform(pytorch.get_parameter("weight_ih_l0"), 1 / math.sqrt(HIDDEN))


def test_gates_are_drawn_differently() -> None:
    layer = kernel(recurrent_init=RecurrentInit(scheme="normal"))
    first, second, *_ = layer.get_parameter("weight_hh_l0").split(HIDDEN)
    assert not torch.equal(first, second)


def test_a_given_bias_spread_is_that_of_the_sum_of_both_biases() -> None:
    layer = kernel("rnn", Init(bias=0.5))
    of_inputs, recurrent = (layer.get_parameter(f"bias_{name}_l0") for name in ("ih", "hh"))
    assert spread(of_inputs + recurrent) == pytest.approx(0.5, rel=0.2)
    assert not recurrent.any()


@pytest.mark.parametrize("value", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("init", [Init(), NORMAL, Init(bias=1.0)])
def test_forget_bias_sets_the_forget_gates_of_both_directions(init: Init, value: float) -> None:
    plain, layer = kernel("lstm", init), kernel("lstm", init, forget_bias=value)
    forget = torch.arange(4 * HIDDEN) // HIDDEN == 1  # torch's order: i, f, g, o
    for suffix in ("l0", "l0_reverse"):
        total = getattr(layer, f"bias_ih_{suffix}") + getattr(layer, f"bias_hh_{suffix}")
        assert torch.equal(total[forget], torch.full((HIDDEN,), value))
        before = getattr(plain, f"bias_ih_{suffix}") + getattr(plain, f"bias_hh_{suffix}")
        assert torch.equal(total[~forget], before[~forget])
        assert torch.equal(
            getattr(layer, f"weight_hh_{suffix}"), getattr(plain, f"weight_hh_{suffix}")
        )


def test_the_forget_bias_opens_the_forget_gate_and_no_other() -> None:
    """σ(3): with all weights zero, the gate is what its bias says."""
    layer = RecurrentLayer(INPUTS, HIDDEN, cell="lstm")
    zero = RecurrentInit(scale=0.0)
    initialize(layer, Init(scheme="normal", scale=0.0), generator_for, zero, forget_bias=3.0)
    (states,) = layer.steps(torch.randn(2, 3, INPUTS)).states
    torch.testing.assert_close(
        states.gates["forget_gate"][0], torch.full((2, HIDDEN), 1 / (1 + math.exp(-3)))
    )
    assert not states.h[-1].any(), "z is tanh(0) = 0"


def test_peepholes_are_uniform_and_have_a_stream_of_their_own() -> None:
    layer = RecurrentLayer(INPUTS, HIDDEN, cell="lstm", bidirectional=True, peephole=True)
    initialize(layer, NORMAL, generator_for, RecurrentInit(scheme="identity", scale=2.0))
    assert is_uniform(layer.peephole, 2 / math.sqrt(HIDDEN))


def test_an_identity_rnn_with_relu_keeps_its_state() -> None:
    """Le, Jaitly & Hinton 2015: R = I, b = 0; without input the state stays for ever."""
    layer = RecurrentLayer(1, 8, cell="rnn", activation="relu")
    initialize(layer, NORMAL, generator_for, RecurrentInit(scheme="identity"))
    inputs = torch.zeros(1, 100, 1)
    inputs[0, 0] = 1
    outputs = layer(inputs).outputs
    assert outputs[0, 0].any()
    assert torch.equal(outputs[0, 0], outputs[0, 99])


CHANNELS, OUT, K = 6, 16, 5
CONVOLUTION_SPREADS: dict[Scheme, float] = {
    "normal": 1 / math.sqrt(CHANNELS * K * K),
    "uniform": 1 / math.sqrt(3 * CHANNELS * K * K),
    "xavier": math.sqrt(2 / ((CHANNELS + OUT) * K * K)),
    "he": math.sqrt(2 / (CHANNELS * K * K)),
    "orthogonal": 1 / math.sqrt(CHANNELS * K * K),
    "pytorch": 1 / math.sqrt(3 * CHANNELS * K * K),
}


@pytest.mark.parametrize("scheme", CONVOLUTION_SPREADS)
def test_a_convolution_has_fan_in_channels_times_kernel(scheme: Scheme) -> None:
    layer = nn.Conv2d(CHANNELS, OUT, K)
    initialize(layer, Init(scheme=scheme, scale=2.0), generator_for)
    assert spread(layer.weight) == pytest.approx(2 * CONVOLUTION_SPREADS[scheme], rel=0.05)
    assert layer.bias is not None
    assert layer.bias.any() == (scheme == "pytorch")


@pytest.mark.parametrize("scheme", ["normal", "xavier", "he", "pytorch"])
def test_convolutions_have_the_spread_of_torchs_own_initialisers(scheme: Scheme) -> None:
    ours, torchs = nn.Conv2d(64, 128, 3), nn.Conv2d(64, 128, 3)
    initialize(ours, Init(scheme=scheme), generator_for)
    torch.manual_seed(0)
    if scheme == "xavier":
        nn.init.xavier_uniform_(torchs.weight)
    elif scheme == "he":
        nn.init.kaiming_normal_(torchs.weight, nonlinearity="relu")
    elif scheme == "normal":
        nn.init.kaiming_normal_(torchs.weight, nonlinearity="linear")
    assert spread(ours.weight) == pytest.approx(spread(torchs.weight), rel=0.02)


@pytest.mark.parametrize("scheme", ["pytorch", "he"])
@pytest.mark.parametrize("size", [16, 64])
def test_embeddings_are_vectors_of_length_one(scheme: Scheme, size: int) -> None:
    layer = nn.Embedding(2000, size)
    initialize(layer, Init(scheme=scheme, scale=3.0), generator_for)
    assert layer.weight.norm(dim=1).square().mean().item() == pytest.approx(1.0, rel=0.02)
    assert abs(layer.weight.mean().item()) < 0.02 / size**0.5


def test_same_seed_same_parameters_other_seed_others() -> None:
    def parameters(seed: int) -> dict[str, Tensor]:
        layer = nn.LSTM(3, 4, bidirectional=True)
        initialize(layer, Init(bias=1.0), lambda name: generator_for(name, seed))
        return dict(layer.named_parameters())

    one, same, other = parameters(1), parameters(1), parameters(2)
    for name in one:
        assert torch.equal(one[name], same[name])
        zero = name.startswith("bias_hh")
        assert torch.equal(one[name], other[name]) == zero


class Strange(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(3))
        self.linear = nn.Linear(2, 2)


def test_parameters_of_an_unknown_kind_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"no rule says how to draw 1\.gain of a Strange"):
        initialize(nn.Sequential(nn.Linear(2, 2), Strange()), Init(), generator_for)
    with pytest.raises(TypeError, match=r"draw weight, bias of a LayerNorm"):
        initialize(nn.LayerNorm(3), Init(), generator_for)
