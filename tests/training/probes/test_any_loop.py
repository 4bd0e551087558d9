"""Probes in a loop that is not orch's, beside those of orch's own."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from orchestrator.training.probes.any_loop import probe_model
from tests.training.probes.networks import ALL, MODELS, SERIES, Places, built, own_loop, places


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("name", MODELS)
def test_a_function_gives_the_readings_of_orchs_own_loop(name: str, reduction: str) -> None:
    model, x, y = built(name)
    found = probe_model(model, lambda: F.cross_entropy(model(x), y, reduction=reduction), ALL)
    wanted = own_loop(model, x, y)
    assert {quantity for *_, quantity in wanted} >= {"delta", "weight_grad", "second_moment"}
    assert places(found) == pytest.approx(wanted, rel=1e-5, abs=1e-12)


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
