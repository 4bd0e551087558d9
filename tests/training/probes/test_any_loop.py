"""Probes in a loop that is not orch's, beside those of orch's own."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from orchestrator.models.losses import cross_entropy
from orchestrator.models.networks.recurrent import Recurrent
from orchestrator.study.probes import QUANTITIES
from orchestrator.training.probes.any_loop import ON_GRAPHS, probe_model
from orchestrator.training.probes.layers import probe
from orchestrator.training.probes.time import probe_time
from orchestrator.training.reading import Reading
from orchestrator.training.stacking.members import single

ALL = frozenset(QUANTITIES)
Places = dict[tuple[str, str, int, str], float]
VECTORS, IMAGES, SERIES = torch.Size([9, 6]), torch.Size([9, 1, 8, 8]), torch.Size([9, 5, 6])


def places(readings: list[Reading]) -> Places:
    found: Places = {(r.axis, r.site, r.position, r.quantity): r.values.item() for r in readings}
    assert len(found) == len(readings)
    return found


def own_loop(model: nn.Module, x: Tensor, y: Tensor) -> Places:
    members = single(deepcopy(model))
    batch = x[None], y[None]
    depth = probe(members, cross_entropy, *batch, ALL)
    return places(depth + probe_time(members, cross_entropy, *batch, ALL))


class Pooled(nn.Module):
    """The last state of a recurrent module → classes."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body, self.out = body, nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.body(x)
        classes: Tensor = self.out(states[:, -1])
        return classes


class Residual(nn.Module):
    """Functional activations, a layer used twice, and batch normalisation."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.shared = nn.Linear(6, 6), nn.Linear(6, 6, bias=False)
        self.norm, self.out = nn.BatchNorm1d(6), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(F.relu_(self.first(x)))
        x = x + torch.sigmoid(self.shared(x))
        x = F.dropout(x + F.gelu(self.shared(x)), training=self.training)
        classes: Tensor = self.out(x)
        return classes


CONVOLUTIONS = (nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Conv2d(3, 2, 3), nn.Tanh(), nn.Flatten())
MODELS: dict[str, tuple[Callable[[], nn.Module], torch.Size]] = {
    "layers": (lambda: nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)), VECTORS),
    "convolutions": (lambda: nn.Sequential(*deepcopy(CONVOLUTIONS), nn.Linear(32, 3)), IMAGES),
    "shared": (Residual, VECTORS),
    "rnn": (lambda: Pooled(nn.RNN(6, 4, 2, batch_first=True, nonlinearity="relu")), SERIES),
    "lstm": (lambda: Pooled(nn.LSTM(6, 2, 2, batch_first=True, bidirectional=True)), SERIES),
    "gru": (lambda: Pooled(nn.GRU(6, 4, batch_first=True, bias=False)), SERIES),
    "shipped": (lambda: Recurrent(6, 3, cell="lstm", hidden=4, pooling="last"), SERIES),
    "steps": (
        lambda: Recurrent(6, 3, cell="rnn", hidden=4, activation="sigmoid", pooling="mean"),
        SERIES,
    ),
}


def built(name: str) -> tuple[nn.Module, Tensor, Tensor]:
    torch.manual_seed(0)
    make, shape = MODELS[name]
    return make(), torch.randn(shape), torch.randint(3, shape[:1])


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("name", MODELS)
def test_a_function_gives_the_readings_of_orchs_own_loop(name: str, reduction: str) -> None:
    model, x, y = built(name)
    found = probe_model(model, lambda: F.cross_entropy(model(x), y, reduction=reduction), ALL)
    wanted = own_loop(model, x, y)
    assert {quantity for *_, quantity in wanted} >= {"delta", "weight_grad", "second_moment"}
    assert places(found) == pytest.approx(wanted, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("name", ["layers", "convolutions", "shared"])
def test_a_tensor_gives_what_is_on_its_graph(name: str, reduction: str) -> None:
    model, x, y = built(name)
    loss = F.cross_entropy(model.eval()(x), y, reduction=reduction)
    found = places(probe_model(model, loss, ALL))
    wanted = {
        place: value
        for place, value in own_loop(model, x, y).items()
        if place[-1] in {*ON_GRAPHS, "weight_variance", "bias_variance"}
    }
    assert found == pytest.approx(wanted, rel=1e-5, abs=1e-12)
    loss.mean().backward()  # the graph is still there


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


def test_packed_sequences_end_where_they_end() -> None:
    """Lag 0 is each example's own last step, as if each were alone."""
    torch.manual_seed(0)
    body, x, lengths = nn.GRU(6, 4, batch_first=True), torch.randn(3, 5, 6), [5, 2, 3]

    def loss() -> Tensor:
        packed = pack_padded_sequence(x, torch.tensor(lengths), True, enforce_sorted=False)
        states, ends = pad_packed_sequence(body(packed)[0], batch_first=True)
        return states[torch.arange(3), ends - 1].square().sum(1)

    together = places(probe_model(body, loss, frozenset({"hidden_grad"})))

    def alone_with(one: Tensor) -> Places:
        """one: (steps, inputs)."""
        wanted = frozenset({"hidden_grad"})
        return places(probe_model(body, lambda: body(one[None])[0][:, -1].square().sum(1), wanted))

    alone = [alone_with(one[:n]) for one, n in zip(x, lengths, strict=True)]
    for lag in range(5):
        place = "time", "forward.0", lag, "hidden_grad"
        values = [each[place] for each in alone if place in each]
        assert together[place] == pytest.approx(sum(values) / len(values), rel=1e-5)


def test_a_loss_at_every_step_is_that_of_the_last() -> None:
    body, x = nn.RNN(6, 4, batch_first=True), torch.randn(SERIES)
    wanted = frozenset({"hidden_grad"})
    every = probe_model(body, lambda: body(x)[0].square().sum(-1), wanted)
    last = probe_model(body, lambda: body(x)[0][:, -1].square().sum(-1), wanted)
    assert places(every) == places(last)


def state_of(model: nn.Module) -> dict[str, Any]:
    """Everything that a probe could change."""
    of_numpy: Any = np.random.get_state(legacy=True)  # noqa: NPY002
    return {
        "modes": [module.training for module in model.modules()],
        "values": {name: value.clone() for name, value in model.state_dict().items()},
        "grads": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "ids": [id(p) for p in model.parameters()] + [id(b) for b in model.buffers()],
        "hooks": [len(module._forward_hooks) for module in model.modules()],
        "forward": ["forward" in vars(module) for module in model.modules()],
        "torch": torch.get_rng_state(),
        "numpy": of_numpy[1].tolist(),
        "python": random.getstate(),
        "enabled": torch.is_grad_enabled(),
    }


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_a_probe_leaves_everything_as_it_was(name: str, fails: bool) -> None:
    model, x, y = built(name)
    model.train()
    next(model.children()).eval()  # frozen statistics, as of a backbone
    F.cross_entropy(model(x), y).backward()

    def loss() -> Tensor:
        model.train()
        value = F.cross_entropy(model(x), y) * torch.rand(()) * random.random()
        if fails:
            raise RuntimeError("no")
        return value

    before = state_of(model)
    if fails:
        with pytest.raises(RuntimeError, match="no"):
            probe_model(model, loss, ALL)
    else:
        assert probe_model(model, loss, ALL)
    after = state_of(model)
    torch.testing.assert_close(after.pop("values"), before.pop("values"), rtol=0, atol=0)
    torch.testing.assert_close(after.pop("grads"), before.pop("grads"), rtol=0, atol=0)
    assert torch.equal(after.pop("torch"), before.pop("torch"))
    assert after == before


@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_it_measures_where_gradients_are_off(off: Any) -> None:
    model, x, y = built("layers")
    wanted = places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL))
    with off():
        assert places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL)) == wanted


def test_wrapped_models_are_measured_as_what_they_wrap() -> None:
    model, x, y = built("layers")
    wanted = places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL))
    wrapped = nn.DataParallel(model)
    assert places(probe_model(wrapped, lambda: F.cross_entropy(wrapped(x), y), ALL)) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("in_place", [False, True])
def test_a_compiled_model_is_measured_as_it_is_written(in_place: bool) -> None:
    model, x, y = built("layers")
    wanted = places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL))
    compiled: Any = model
    if in_place:
        model.compile(backend="eager")
    else:
        compiled = torch.compile(model, backend="eager")
    compiled(x)
    assert places(probe_model(compiled, lambda: F.cross_entropy(compiled(x), y), ALL)) == wanted


def test_frozen_layers_are_left_out_as_in_orchs_own_loop() -> None:
    model, x, y = built("layers")
    for parameter in model[0].parameters():  # type: ignore[index]
        parameter.requires_grad_(False)
    found = places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL))
    assert found == pytest.approx(own_loop(model, x, y), rel=1e-5)
    assert {site for _, site, _, _ in found} == {"2", "input"}


def test_layers_that_read_places_as_rows_are_measured_by_example() -> None:
    torch.manual_seed(0)
    layer, x = nn.Linear(6, 3), torch.randn(SERIES)
    as_rows = probe_model(layer, lambda: layer(x.flatten(0, 1)).square().view(9, -1).sum(1), ALL)
    as_steps = probe_model(layer, lambda: layer(x).square().flatten(1).sum(1), ALL)
    assert places(as_rows) == pytest.approx(places(as_steps))


def test_half_precision_is_measured() -> None:
    model, x, y = built("layers")
    half = deepcopy(model).bfloat16()
    found = places(probe_model(half, lambda: F.cross_entropy(half(x.bfloat16()), y), ALL))
    wanted = places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL))
    place = "depth", "0", 1, "delta"
    assert found.keys() == wanted.keys()
    assert found[place] == pytest.approx(wanted[place], rel=0.05)


def errors() -> dict[str, tuple[Callable[[], Any], type[Exception], str]]:
    model, x, y = built("layers")
    other, series, of_series = built("gru")
    used = F.cross_entropy(model(x), y)
    used.backward()
    stale = F.cross_entropy(other(series), of_series)
    frozen = deepcopy(model).requires_grad_(False)
    across, begun = nn.Sequential(nn.Linear(6, 3)), nn.GRU(6, 4, batch_first=True)

    def loss() -> Tensor:
        return F.cross_entropy(model(x), y)

    def without_gradient() -> Tensor:
        with torch.no_grad():
            return loss()

    return {
        "no model": (lambda: probe_model(x, loss, ALL), TypeError, "an nn.Module, not Tensor"),  # type: ignore[arg-type]
        "number": (lambda: probe_model(model, 1.0, ALL), TypeError, "or a function"),  # type: ignore[arg-type]
        "returned": (lambda: probe_model(model, lambda: 1.0, ALL), TypeError, "returned float"),  # type: ignore[arg-type, return-value]
        "no_grad": (lambda: probe_model(model, without_gradient, ALL), ValueError, "no_grad"),
        "frozen": (
            lambda: probe_model(frozen, lambda: F.cross_entropy(frozen(x), y), ALL),
            ValueError,
            "all parameters are frozen",
        ),
        "other model": (lambda: probe_model(other, loss, ALL), ValueError, "is it the same model"),
        "twice": (
            lambda: probe_model(model, lambda: loss() + loss(), ALL),
            ValueError,
            "calls the model 2 times",
        ),
        "backward": (lambda: probe_model(model, used, ALL), ValueError, "before loss.backward"),
        "recurrent": (lambda: probe_model(other, stale, ALL), ValueError, "model is recurrent"),
        "graph of another": (lambda: probe_model(frozen, stale, ALL), ValueError, "on the graph"),
        "time first": (
            lambda: probe_model(
                across, lambda: across(series.transpose(0, 1)).square().sum((0, 2)), ALL
            ),
            ValueError,
            "0 computes 5 rows for 9 examples",
        ),
        "initial state": (
            lambda: probe_model(begun, lambda: begun(series, begun(series)[1])[0].mean(), ALL),
            ValueError,
            "calls the model 2 times",
        ),
        "begun": (
            lambda: probe_model(
                begun, lambda: begun(series, torch.ones(1, 9, 4))[0].mean((1, 2)), ALL
            ),
            ValueError,
            "initial state that is not zero",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("case", errors())
def test_what_cannot_be_measured_is_refused(case: str) -> None:
    call, kind, message = errors()[case]
    with pytest.raises(kind, match=message):
        call()
