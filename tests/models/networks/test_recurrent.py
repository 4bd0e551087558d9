"""Recurrent networks against nn.RNN, nn.LSTM, nn.GRU; the step form against torch's kernels."""

from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from orchestrator.models.networks.embedding import LookupTable
from orchestrator.models.networks.recurrent import Recurrent
from orchestrator.models.networks.recurrent_layer import RecurrentLayer
from orchestrator.models.sentences import sentence_lengths
from tests.models.modules import kernel_of, linear, part, recurrent_layer
from tests.models.networks.recurrent_networks import (
    FUSED,
    KINDS,
    LENGTHS,
    WORDS,
    inputs_for,
    loss,
    network,
)


def embedded(net: Recurrent) -> Tensor:
    vectors: Tensor = part(net, "embedding", LookupTable)(WORDS)
    return vectors


def gradients(outputs: Tensor, net: nn.Module) -> tuple[Tensor, ...]:
    return torch.autograd.grad(loss(outputs), list(net.parameters()))


SENTENCES = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6), min_size=1, max_size=4)


@st.composite
def batches(draw: st.DrawFn) -> tuple[bool, Tensor]:
    """Words, padded at the end, or numbers, (batch, time, 3); whether they are words."""
    sentences = draw(SENTENCES)
    longest = max(map(len, sentences))
    words = torch.tensor([row + [0] * (longest - len(row)) for row in sentences])
    if draw(st.booleans()):
        return True, words
    generator = torch.Generator().manual_seed(1)
    return False, torch.randn(*words.shape, 3, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("kind", FUSED)
@given(
    batch=batches(),
    bidirectional=st.booleans(),
    pooling=st.sampled_from([None, "last", "mean", "max"]),
    precision=st.sampled_from([(torch.float32, 1e-5), (torch.float64, 1e-10)]),
    layers=st.integers(1, 3),
)
@example((True, WORDS), True, None, (torch.float64, 1e-10), 2)
@example((True, WORDS), True, "max", (torch.float64, 1e-10), 2)
@example((False, inputs_for(False)), True, "last", (torch.float32, 1e-5), 2)
@settings(max_examples=10, derandomize=True)
@pytest.mark.slow
def test_the_step_form_equals_the_kernel(
    kind: str,
    batch: tuple[bool, Tensor],
    bidirectional: bool,
    pooling: str | None,
    precision: tuple[torch.dtype, float],
    layers: int,
) -> None:
    """Outputs and gradients, for words and numbers, one direction and both, every pooling."""
    (words, inputs), (dtype, tolerance) = batch, precision
    chosen = {"bidirectional": bidirectional, "pooling": pooling, "layers": layers, **FUSED[kind]}
    net = network(words, dtype, **chosen)
    inputs = inputs if words else inputs.to(dtype)
    assert not net.stepwise
    by_kernel, (by_steps, _) = net(inputs), net.steps(inputs)
    torch.testing.assert_close(by_steps, by_kernel, rtol=tolerance, atol=tolerance)
    pairs = zip(gradients(by_steps, net), gradients(by_kernel, net), strict=True)
    for mine, torchs in pairs:
        torch.testing.assert_close(mine, torchs, rtol=tolerance, atol=tolerance)


TORCH: dict[str, Any] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def torchs(net: Recurrent, kind: str, inputs: int, bidirectional: bool) -> nn.RNNBase:
    """One module of torch with all layers, and the weights of `net`."""
    choice = FUSED[kind]
    extra = {"nonlinearity": choice.get("activation", "tanh")} if choice["cell"] == "rnn" else {}
    module: nn.RNNBase = TORCH[choice["cell"]](
        inputs, 5, num_layers=2, bidirectional=bidirectional, batch_first=True, **extra
    )
    weights = {}
    for number in range(2):
        for name, value in kernel_of(net, number).state_dict().items():
            weights[name.replace("_l0", f"_l{number}")] = value
    module.load_state_dict(weights)
    return module.double()


@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("kind", FUSED)
def test_two_layers_equal_torchs_module_of_two_layers(kind: str, bidirectional: bool) -> None:
    net = network(True, bidirectional=bidirectional, **FUSED[kind])
    module = torchs(net, kind, 3, bidirectional)
    packed = pack_padded_sequence(
        embedded(net), torch.tensor(LENGTHS), batch_first=True, enforce_sorted=False
    )
    states, _ = pad_packed_sequence(module(packed)[0], batch_first=True, total_length=6)
    torch.testing.assert_close(net(WORDS), net.output(states))
    torch.testing.assert_close(net.steps(WORDS)[0], net.output(states))


@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("kind", FUSED)
def test_pooling_last_is_the_h_n_of_torch(kind: str, bidirectional: bool) -> None:
    net = network(False, bidirectional=bidirectional, pooling="last", **FUSED[kind])
    inputs = inputs_for(False)
    _, final = torchs(net, kind, 3, bidirectional)(inputs)
    h = final[0] if kind == "lstm" else final  # (layers · directions, batch, hidden)
    top = torch.cat([h[-2], h[-1]], dim=-1) if bidirectional else h[-1]
    torch.testing.assert_close(net(inputs), net.output(top))


def test_mean_and_max_are_over_the_words_of_each_sentence() -> None:
    net = network(True, cell="gru", bidirectional=True, pooling="mean")
    lengths = sentence_lengths(WORDS)
    assert lengths.tolist() == LENGTHS
    below = net.layers[0](embedded(net), lengths).outputs
    states = net.layers[1](below, lengths).outputs
    pairs = list(zip(states, LENGTHS, strict=True))
    mean = torch.stack([rows[:length].mean(0) for rows, length in pairs])
    largest = torch.stack([rows[:length].max(0).values for rows, length in pairs])
    torch.testing.assert_close(net(WORDS), net.output(mean))
    net.pooling = "max"
    torch.testing.assert_close(net(WORDS), net.output(largest))


@pytest.mark.parametrize("pooling", [None, "last", "mean", "max"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_sentence_of_a_padded_batch_gives_what_it_gives_alone(
    kind: str, pooling: str | None
) -> None:
    net = network(True, bidirectional=True, pooling=pooling, **KINDS[kind])
    together = net(WORDS)
    for row, length in enumerate(LENGTHS):
        alone = net(WORDS[row : row + 1, :length])[0]
        mine = together[row, :length] if pooling is None else together[row]
        torch.testing.assert_close(mine, alone)


def test_a_row_of_padding_alone_is_no_error() -> None:
    net = network(True, cell="lstm", bidirectional=True)
    words = torch.cat([WORDS, torch.zeros(1, 6, dtype=torch.long)])
    torch.testing.assert_close(net.steps(words)[0], net(words))
    torch.testing.assert_close(net(words)[:4], net(WORDS))


@pytest.mark.parametrize("bidirectional", [False, True])
def test_direction_decides_what_a_step_knows(bidirectional: bool) -> None:
    net = network(False, cell="lstm", bidirectional=bidirectional)
    inputs = inputs_for(False).requires_grad_()
    (by_input,) = torch.autograd.grad(net(inputs)[:, 2].sum(), inputs)
    seen = by_input.abs().sum((0, 2)) > 0
    assert seen.tolist() == [True, True, True, *[bidirectional] * 3]


def test_the_backward_direction_is_the_forward_one_on_the_reversed_sequence() -> None:
    layer = RecurrentLayer(3, 5, cell="gru", bidirectional=True).double()
    mirror = RecurrentLayer(3, 5, cell="gru").double()
    backward = {n: v for n, v in layer.state_dict().items() if n.endswith("_reverse")}
    mirror.load_state_dict({n.removesuffix("_reverse"): v for n, v in backward.items()})
    inputs = inputs_for(False)
    torch.testing.assert_close(
        layer.steps(inputs).outputs[..., 5:], mirror(inputs.flip(1)).outputs.flip(1)
    )


# The formulas, number by number, without matrix products.


def sigma(x: float) -> float:
    return float(torch.tensor(x, dtype=torch.float64).sigmoid())


def tanh(x: float) -> float:
    return float(torch.tensor(x, dtype=torch.float64).tanh())


def dot(matrix: Tensor, vector: list[float], row: int) -> float:
    return sum(float(matrix[row, k]) * value for k, value in enumerate(vector))


@pytest.mark.parametrize("peephole", [False, True])
def test_lstm_is_the_lectures_formula_for_every_unit(peephole: bool) -> None:
    torch.manual_seed(3)
    layer = RecurrentLayer(2, 3, cell="lstm", peephole=peephole).double()
    if peephole:
        nn.init.normal_(layer.peephole)
    layer.requires_grad_(False)
    w, x = layer.weights(0), torch.randn(1, 4, 2, dtype=torch.float64)
    p = torch.zeros(3, 3) if w.p is None else w.p
    h, c, found = [0.0] * 3, [0.0] * 3, []
    for t in range(4):
        xt = x[0, t].tolist()

        def net(part: int, unit: int, xt: list[float] = xt, h: list[float] = h) -> float:
            row = part * 3 + unit
            return dot(w.W, xt, row) + dot(w.R, h, row) + float(w.b[row]) + float(w.b_R[row])

        i = [sigma(net(0, k) + float(p[0, k]) * c[k]) for k in range(3)]
        f = [sigma(net(1, k) + float(p[1, k]) * c[k]) for k in range(3)]
        z = [tanh(net(2, k)) for k in range(3)]
        c = [f[k] * c[k] + i[k] * z[k] for k in range(3)]
        o = [sigma(net(3, k) + float(p[2, k]) * c[k]) for k in range(3)]
        h = [o[k] * tanh(c[k]) for k in range(3)]
        found.append(h)
    expected = torch.tensor([found], dtype=torch.float64)
    torch.testing.assert_close(layer.steps(x).outputs, expected)
    assert layer.fused is not peephole


def test_a_peephole_of_zero_is_a_plain_lstm() -> None:
    plain, peeping = (network(True, cell="lstm", peephole=peephole) for peephole in (False, True))
    peeping.load_state_dict(plain.state_dict(), strict=False)  # peepholes are zero as built
    torch.testing.assert_close(peeping(WORDS), plain(WORDS))


def test_rnn_with_sigmoid_against_a_plain_loop() -> None:
    layer = RecurrentLayer(3, 5, cell="rnn", activation="sigmoid").double()
    w, inputs = layer.weights(0), inputs_for(False)
    h, states = torch.zeros(4, 5, dtype=torch.float64), []
    for t in range(6):
        h = torch.sigmoid(inputs[:, t] @ w.W.T + w.b + h @ w.R.T + w.b_R)
        states.append(h)
    torch.testing.assert_close(layer.steps(inputs).outputs, torch.stack(states, dim=1))


@pytest.mark.parametrize("kind", KINDS)
def test_weight_gradients_are_those_of_finite_differences(kind: str) -> None:
    net = network(True, hidden=2, layers=1, bidirectional=True, pooling="mean", **KINDS[kind])
    peephole = recurrent_layer(net).peephole
    if peephole is not None:
        nn.init.normal_(peephole)  # zero as built
    parameters = dict(net.named_parameters())

    def cost(*values: Tensor) -> Tensor:
        weights = {f"net.{n}": value for n, value in zip(parameters, values, strict=True)}
        return loss(functional_call(Steps(net), weights, (WORDS,)))

    assert torch.autograd.gradcheck(cost, tuple(parameters.values()), fast_mode=True)


class Steps(nn.Module):
    """The step form as the forward of a module."""

    def __init__(self, net: Recurrent) -> None:
        super().__init__()
        self.net = net

    def forward(self, inputs: Tensor) -> Tensor:
        return self.net.steps(inputs)[0]


def test_dropout_acts_between_layers_and_only_while_training() -> None:
    net = network(False, cell="gru", layers=3, dropout=0.5)
    seen: list[tuple[int, ...]] = []
    net.dropout.register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    inputs = inputs_for(False)
    torch.manual_seed(0)
    assert not torch.equal(net(inputs), net(inputs))
    assert seen == [(4, 6, 5)] * 4, "twice two gaps between three layers"
    net.eval()
    torch.testing.assert_close(net(inputs), net.steps(inputs)[0])


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_deep_bidirectional_networks_concatenate(cell: str, layers: int) -> None:
    net = network(False, cell=cell, layers=layers, bidirectional=True)
    sizes = [kernel_of(net, number).input_size for number in range(layers)]
    assert sizes == [3, *[10] * (layers - 1)]
    assert len(net.layers) == layers
    assert linear(net, "output").in_features == 10
