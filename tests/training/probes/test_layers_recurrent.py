"""Recurrent layers through depth, against loops in which every pre-activation is a leaf to see."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from orchestrator.models.losses import cross_entropy, squared_error
from orchestrator.models.networks.recurrent import Recurrent
from orchestrator.study.probes import QUANTITIES
from orchestrator.training.probes.layers import probe
from orchestrator.training.reading import Reading
from orchestrator.training.stacking.members import single
from tests.models.modules import kernel_of, linear
from tests.training.stacking.stacked import stacked

TIME, HIDDEN, LAYERS = 6, 4, 3
ALL = frozenset(QUANTITIES)
PARTS = {"rnn": 1, "lstm": 4, "gru": 3}


def network(cell: str, **settings: Any) -> Recurrent:
    torch.manual_seed(0)
    defaults = {"hidden": HIDDEN, "layers": LAYERS, "bidirectional": True, "pooling": None}
    return Recurrent(3, 2, cell=cell, **{**defaults, **settings}).double()


def batch() -> tuple[Tensor, Tensor]:
    torch.manual_seed(1)
    return torch.randn(5, TIME, 3).double(), torch.randn(5, TIME, 2).double()


def rnn(z: Tensor, state: Any) -> tuple[Tensor, Any]:
    return z.tanh(), None


def lstm(z: Tensor, c: Any) -> tuple[Tensor, Any]:
    i, f, g, o = z.chunk(4, dim=-1)
    c = f.sigmoid() * (0 if c is None else c) + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


STEPS: dict[str, Callable[[Tensor, Any], tuple[Tensor, Any]]] = {"rnn": rnn, "lstm": lstm}


def by_hand(net: Recurrent, cell: str, x: Tensor) -> tuple[Tensor, dict[str, list[Tensor]]]:
    """The outputs and every z_t, with its gradient kept: site → by step of the input."""
    seen: dict[str, list[Tensor]] = {}
    for number in range(LAYERS):
        kernel = kernel_of(net, number)
        sides = []
        for direction, end in (("forward", "l0"), ("backward", "l0_reverse")):
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            W, R, b, b_R = (getattr(kernel, f"{name}_{end}") for name in names)
            order = range(TIME) if direction == "forward" else range(TIME - 1, -1, -1)
            h, c = torch.zeros(len(x), HIDDEN).double(), None
            zs, hs = [x] * TIME, [x] * TIME
            for t in order:
                z = x[:, t] @ W.T + b + h @ R.T + b_R
                z.retain_grad()
                h, c = STEPS[cell](z, c)
                zs[t], hs[t] = z, h
            seen[f"{direction}.{number}"] = zs
            sides.append(torch.stack(hs, dim=1))
        x = torch.cat(sides, dim=-1)
    return net.output(x), seen


def of(readings: list[Reading], quantity: str) -> dict[str, float]:
    return {r.site: r.values.item() for r in readings if r.quantity == quantity}


@pytest.mark.parametrize("cell", STEPS)
def test_delta_is_the_total_derivative_by_the_pre_activations_of_all_steps(cell: str) -> None:
    net = network(cell)
    inputs, targets = batch()
    outputs, seen = by_hand(net, cell, inputs)
    squared_error(outputs, targets).sum().backward()
    readings = probe(single(net), squared_error, inputs[None], targets[None], ALL)
    delta, delta_mean = of(readings, "delta"), of(readings, "delta_mean")
    for site, zs in seen.items():
        gradients = torch.stack([z.grad for z in zs if z.grad is not None], dim=1)
        assert gradients.shape == (5, TIME, PARTS[cell] * HIDDEN)
        assert delta[site] == pytest.approx(gradients.flatten(1).norm(dim=1).mean().item())
        assert delta_mean[site] == pytest.approx(gradients.sum(1).mean(0).norm().item())


@pytest.mark.parametrize("cell", PARTS)
def test_gradients_of_weights_and_biases_are_those_of_the_fused_kernel(cell: str) -> None:
    net = network(cell)
    inputs, targets = batch()
    (squared_error(net(inputs), targets).sum() / len(inputs)).backward()
    readings = probe(single(net), squared_error, inputs[None], targets[None], ALL)
    weights, biases = of(readings, "weight_grad"), of(readings, "delta_mean")
    for number in range(LAYERS):
        kernel = kernel_of(net, number)
        for direction, end in (("forward", "l0"), ("backward", "l0_reverse")):
            site = f"{direction}.{number}"
            W, b = (getattr(kernel, f"{name}_{end}") for name in ("weight_ih", "bias_ih"))
            assert weights[site] == pytest.approx(W.grad.norm().item(), rel=1e-9)
            assert biases[site] == pytest.approx(b.grad.norm().item(), rel=1e-9)


def test_z_of_a_plain_network_is_that_of_its_formula() -> None:
    net = network("rnn")
    inputs, targets = batch()
    _, seen = by_hand(net, "rnn", inputs)
    readings = probe(single(net), squared_error, inputs[None], targets[None], ALL)
    for site, zs in seen.items():
        z = torch.stack(zs, dim=1).detach().numpy()
        assert of(readings, "z_q25")[site] == pytest.approx(np.percentile(z, 25))
        assert of(readings, "activation_mean")[site] == pytest.approx(np.tanh(z).mean())
        assert of(readings, "saturation")[site] == pytest.approx((abs(np.tanh(z)) > 0.95).mean())


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_gates_have_no_single_activation(cell: str) -> None:
    inputs, targets = batch()
    readings = probe(single(network(cell)), squared_error, inputs[None], targets[None], ALL)
    recurrent = {r.quantity for r in readings if r.site != "output"}
    assert recurrent == {"delta", "delta_mean", "weight_grad"}


def test_both_directions_of_a_layer_have_its_position() -> None:
    inputs, targets = batch()
    net = network("gru")
    readings = probe(single(net), squared_error, inputs[None], targets[None], {"delta"})
    assert {r.site: r.position for r in readings} == {
        **{f"{d}.{n}": n + 1 for d in ("forward", "backward") for n in range(LAYERS)},
        "output": LAYERS + 1,
    }


class Between(nn.Module):
    """As a user would write it: a layer before the recurrent ones, and one after them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.rnn = nn.Linear(3, 7), nn.LSTM(7, HIDDEN, num_layers=2)
        self.head = nn.Linear(HIDDEN, 2)

    def forward(self, x: Tensor) -> Tensor:  # (batch, time, 3)
        states, _ = self.rnn(self.first(x).relu().transpose(0, 1))
        outputs: Tensor = self.head(states[-1])
        return outputs


def test_layers_of_all_kinds_stand_in_the_order_of_the_forward_pass() -> None:
    torch.manual_seed(0)
    net, (inputs, _) = Between().double(), batch()
    targets = torch.randn(5, 2).double()
    fused = net(inputs)
    readings = probe(single(net), squared_error, inputs[None], targets[None], ALL)
    places = {r.site: r.position for r in readings if r.axis == "depth"}
    assert places == {"first": 1, "forward.0": 2, "forward.1": 3, "head": 4}
    (squared_error(fused, targets).sum() / 5).backward()
    for site, parameter in {
        "first": net.first.weight,
        "forward.1": net.rnn.get_parameter("weight_ih_l1"),
    }.items():
        assert parameter.grad is not None
        assert of(readings, "weight_grad")[site] == pytest.approx(parameter.grad.norm().item())


def test_an_output_layer_that_is_the_embedding_is_the_last_layer() -> None:
    torch.manual_seed(0)
    net = Recurrent(
        9, 9, cell="rnn", hidden=4, layers=2, embedding=4, pooling=None, tie_embedding=True
    )
    words = torch.tensor([[1, 2, 3], [4, 5, 0]])
    targets = torch.tensor([[2, 3, 4], [5, 6, -1]])
    readings = probe(
        single(net), cross_entropy, words[None], targets[None], {"delta", "activation"}
    )
    places = {r.site: r.position for r in readings if r.quantity == "delta"}
    assert places == {"forward.0": 1, "forward.1": 2, "output": 3}
    assert "output" not in of(readings, "activation_mean")


def test_steps_of_padding_are_not_measured() -> None:
    net = network("rnn", embedding=3, layers=2)
    words = torch.tensor([[1, 2, 1], [2, 2, 0]])
    tags = torch.tensor([[0, 1, 0], [1, 0, -1]])
    wide = (nn.functional.pad(words, (0, 4)), nn.functional.pad(tags, (0, 4), value=-1))
    narrow, padded = (
        probe(single(net), cross_entropy, x[None], y[None], ALL - {"pre_activation", "path_factor"})
        for x, y in ((words, tags), wide)
    )
    for one, other in zip(narrow, padded, strict=True):
        torch.testing.assert_close(one.values, other.values)


def test_members_that_train_side_by_side_are_measured_like_each_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orchestrator.training.choose_stacking.STEPWISE_ON", ("cpu",))
    inputs, targets = batch()
    nets = [network("rnn"), network("rnn")]
    with torch.no_grad():
        linear(nets[1], "output").weight.mul_(2)
    members = stacked(nets, torch.stack([inputs] * 2))
    together = probe(
        members, squared_error, torch.stack([inputs] * 2), torch.stack([targets] * 2), ALL,
        members.flat * 0.9,
    )  # fmt: skip
    for number, net in enumerate(nets):
        own = single(net)
        alone = probe(own, squared_error, inputs[None], targets[None], ALL, own.flat * 0.9)
        assert [r.quantity for r in alone] == [r.quantity for r in together]
        for one, both in zip(alone, together, strict=True):
            assert both.values[number].item() == pytest.approx(one.values.item())
