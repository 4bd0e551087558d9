"""What is measured of a layer, against slow computations of one plain model."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from orchestrator.models.losses import cross_entropy
from orchestrator.models.networks.convnet import ConvNet
from orchestrator.models.networks.mlp import MLP
from orchestrator.models.networks.window_tagger import WindowTagger
from orchestrator.study.probes import QUANTITIES
from orchestrator.training.probes.layers import probe
from orchestrator.training.probes.quantities import SAMPLE
from orchestrator.training.stacking.members import Mapped, Members, Single, single
from tests.models.modules import linear, linear_layers
from tests.training.stacking.stacked import stacked

ALL = frozenset(QUANTITIES)
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": functional.relu,
    "softplus": functional.softplus,
    "identity": lambda z: z,
}
SATURATED = {
    "sigmoid": lambda a: (a < 0.05) | (a > 0.95),
    "tanh": lambda a: abs(a) > 0.95,
    "relu": lambda a: a == 0,
    "softplus": lambda a: a < 0.05,
}


class Plain(nn.Module):
    """Of layers and functions that only `vmap` can take for all members."""

    def __init__(self, activation: str) -> None:
        super().__init__()
        self.hidden = nn.ModuleList([nn.Linear(6, 5), nn.Linear(5, 5), nn.Linear(5, 5)])
        self.output = nn.Linear(5, 4)
        self.activation = nn.Identity() if activation == "identity" else ACTIVATIONS[activation]

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.hidden:
            x = self.activation(layer(x))
        outputs: Tensor = self.output(x)
        return outputs


def stacked_mlp(activation: str) -> tuple[Members, list[nn.Module]]:
    models = [MLP(6, 4, depth=3, width=5, activation=activation).double() for _ in range(2)]
    members = stacked(models, torch.randn(2, 3, 6).double())
    return members, list(models)


def mapped(activation: str) -> tuple[Members, list[nn.Module]]:
    models: list[nn.Module] = [Plain(activation).double() for _ in range(2)]
    members = stacked(models, torch.randn(2, 3, 6).double())
    assert isinstance(members.model, Mapped)
    return members, models


def alone(activation: str) -> tuple[Members, list[nn.Module]]:
    model = MLP(6, 4, depth=3, width=5, activation=activation).double()
    members = single(model)
    assert isinstance(members.model, Single)
    return members, [model]


def found(members: Members, inputs: Tensor, targets: Tensor) -> dict[tuple[str, int], Tensor]:
    """(quantity, layer) → (members,)."""
    readings = probe(members, cross_entropy, inputs, targets, ALL, members.flat * 0.9)
    return {(r.quantity, r.position): r.values for r in readings}


def by_hand(
    model: nn.Module, x: Tensor, y: Tensor, activation: str
) -> dict[tuple[str, int], float]:
    """Every quantity of every layer, from definitions, one example or unit at a time."""
    layers = linear_layers(model)
    phi, rows = ACTIVATIONS[activation], dict[tuple[str, int], float]()
    rows["second_moment", 0] = float((x**2).mean())
    z = []
    a = x
    for number, layer in enumerate(layers, 1):
        z.append(layer(a))
        W, b = layer.weight.detach().numpy(), layer.bias.detach().numpy()
        rows["weight_variance", number] = W.shape[1] * (W**2).mean()
        rows["bias_variance", number] = (b**2).mean()
        rows["update_ratio", number] = 0.1 / 0.9
        for name, level in {"z_q05": 5, "z_q25": 25, "z_q50": 50, "z_q75": 75, "z_q95": 95}.items():
            rows[name, number] = np.percentile(z[-1].detach().numpy(), level)
        if number < len(layers):
            values = phi(z[-1]).detach().numpy()
            rows["activation_mean", number] = values.mean()
            rows["activation_std", number] = values.std()
            if activation in SATURATED:
                rows["saturation", number] = SATURATED[activation](values).mean()
            if activation == "relu":
                rows["dead", number] = (values == 0).all(axis=0).mean()
            jacobians = [
                torch.autograd.functional.jacobian(lambda v, at=layer: phi(at(v)), row)
                for row in a.detach()
            ]
            paths = torch.stack(jacobians).abs().numpy()  # ∂aᵢ/∂aⱼ of each example
            rows["path_factor", number] = paths.mean()
            rows["path_factor_max", number] = paths.max()
            for level in (10, 50, 90):
                rows[f"path_factor_q{level}", number] = np.percentile(paths, level)
        a = phi(z[-1])
    for example in range(len(x)):
        loss = functional.cross_entropy(z[-1][example], y[example])
        for number, gradient in enumerate(torch.autograd.grad(loss, z, retain_graph=True), 1):
            size = float(gradient[example].norm()) / len(x)
            rows["delta", number] = rows.get(("delta", number), 0) + size
    mean = functional.cross_entropy(z[-1], y)
    for number, layer in enumerate(layers, 1):
        gradients = torch.autograd.grad(mean, [layer.weight, layer.bias], retain_graph=True)
        rows["weight_grad", number], rows["delta_mean", number] = (
            float(gradient.norm()) for gradient in gradients
        )
    return rows


@pytest.mark.parametrize("way", [stacked_mlp, mapped, alone])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.slow
def test_every_quantity_is_what_its_definition_says(
    way: Callable[[str], tuple[Members, list[nn.Module]]], activation: str
) -> None:
    torch.manual_seed(1)
    members, models = way(activation)
    inputs = 2 * torch.randn(len(models), 8, 6).double()
    targets = torch.randint(0, 4, (len(models), 8))
    readings = found(members, inputs, targets)
    for number, model in enumerate(models):
        expected = by_hand(model, inputs[number], targets[number], activation)
        measured = {key: values[number].item() for key, values in readings.items()}
        assert measured == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_dead_units_are_those_that_no_example_wakes() -> None:
    model = MLP(1, 2, depth=1, width=3, activation="relu")
    with torch.no_grad():
        linear(model, "hidden.0").weight.copy_(torch.tensor([[1.0], [-1.0], [0.0]]))
        linear(model, "hidden.0").bias.zero_()
    inputs, targets = torch.tensor([[[1.0], [2.0], [-1.0]]]), torch.zeros(1, 3, dtype=torch.long)
    readings = found(single(model), inputs, targets)
    assert readings["dead", 1].item() == pytest.approx(1 / 3)
    assert readings["saturation", 1].item() == pytest.approx((1 + 2 + 3) / 9)


CALLS: dict[str, Callable[[Tensor], Tensor]] = {  # a way to call it → its name
    "functional.relu": functional.relu,
    "torch.relu": torch.relu,
    "z.relu()": lambda z: z.relu(),
    "in place": functional.relu_,
    "nn.ReLU(inplace)": nn.ReLU(inplace=True),
    "functional.relu(inplace)": lambda z: functional.relu(z, inplace=True),
}


class Called(nn.Module):
    """An activation called in some way."""

    def __init__(self, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(6, 5), nn.Linear(5, 4)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        outputs: Tensor = self.b(self.activation(self.a(x)))
        return outputs


@pytest.mark.parametrize("way", ["together", "alone"])
@pytest.mark.parametrize("spelling", CALLS)
def test_an_activation_is_known_however_it_is_called(spelling: str, way: str) -> None:
    torch.manual_seed(0)
    models = [Called(CALLS[spelling]) for _ in range(2)]
    inputs, targets = torch.randn(2, 8, 6), torch.randint(0, 4, (2, 8))
    z = models[0].a(inputs[0])
    members = stacked(models, inputs) if way == "together" else single(models[0])
    count = len(members.flat)
    readings = found(members, inputs[:count], targets[:count])
    assert readings["saturation", 1][0].item() == pytest.approx((z <= 0).double().mean().item())
    assert ("dead", 1) in readings


def test_other_activations_have_slopes_but_no_saturation() -> None:
    torch.manual_seed(0)
    model = Called(lambda z: functional.leaky_relu(z, 0.5))
    inputs, targets = torch.randn(1, 8, 6), torch.randint(0, 4, (1, 8))
    readings = found(single(model), inputs, targets)
    z = model.a(inputs[0]).detach()
    slopes, weights = torch.where(z > 0, 1.0, 0.5), model.a.weight.detach().abs()
    expected = (slopes.mean(0) * weights.mean(1)).mean().item()
    assert readings["path_factor", 1].item() == pytest.approx(expected)
    assert ("saturation", 1) not in readings


def test_what_hides_an_activation_leaves_it_out() -> None:
    model = nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.ReLU(), nn.Linear(5, 4))
    readings = found(single(model), torch.randn(1, 8, 6), torch.randint(0, 4, (1, 8)))
    assert ("delta", 1) in readings
    assert not {"saturation", "path_factor", "activation_mean"} & {name for name, _ in readings}


def test_feature_maps_are_the_units_of_a_convolution() -> None:
    torch.manual_seed(0)
    net = ConvNet(4, channels=(2, 3), width=(6, 5), activation="relu").double()
    with torch.no_grad():
        net.conv1.get_parameter("bias")[0] = -100.0  # a map that is zero everywhere
    images, targets = torch.rand(1, 3, 1, 8, 8).double(), torch.randint(0, 4, (1, 3))
    readings = found(single(net), images, targets)
    maps = net.conv1(functional.pad(images[0], (12, 12, 12, 12)))
    after = net.conv1(functional.pad(images[0], (12, 12, 12, 12)).requires_grad_())
    assert readings["dead", 1].item() == 0.5
    assert readings["saturation", 1].item() == pytest.approx((maps <= 0).double().mean().item())
    slopes = (maps > 0).double().mean((0, 2, 3))
    weights = net.conv1.weight.detach().abs().mean((1, 2, 3))
    assert readings["path_factor", 1].item() == pytest.approx((slopes * weights).mean().item())

    rest = functional.max_pool2d(net.activation(after), 2)
    rest = functional.max_pool2d(net.activation(net.conv2(rest)), 2).flatten(1)
    scores = net.ff3(net.activation(net.ff2(net.activation(net.ff1(rest)))))
    loss = functional.cross_entropy(scores, targets[0], reduction="sum")
    (delta,) = torch.autograd.grad(loss, after)
    expected = delta.flatten(1).norm(dim=1).mean().item()
    assert readings["delta", 1].item() == pytest.approx(expected)
    assert [key for key in readings if key[0] == "delta"] == [("delta", n) for n in range(1, 6)]


def test_padding_is_not_measured() -> None:
    """The same sentences in a wider table."""
    torch.manual_seed(0)
    net = WindowTagger(20, 4, window=1, embedding=3, width=50, depth=2, activation="tanh")
    words = torch.randint(2, 20, (1, 30, 9))
    tags = torch.randint(0, 4, (1, 30, 9))
    for row in range(30):
        words[0, row, 3 + row % 6 :] = 0
        tags[0, row, 3 + row % 6 :] = -1
    wide = (functional.pad(words, (0, 5)), functional.pad(tags, (0, 5), value=-1))
    assert SAMPLE < 30 * 9 * 50
    narrow_readings = found(single(net), words, tags)
    wide_readings = found(single(net), *wide)
    for key, values in narrow_readings.items():
        torch.testing.assert_close(wide_readings[key], values, rtol=1e-5, atol=1e-7)


def test_quantiles_of_a_sample_are_close_to_those_of_all() -> None:
    torch.manual_seed(0)
    model = MLP(6, 4, depth=2, width=300, activation="sigmoid")
    inputs, targets = torch.randn(1, 200, 6), torch.randint(0, 4, (1, 200))
    readings = found(single(model), inputs, targets)
    first, second, _ = linear_layers(model)
    a = model.activation(first(inputs[0])).detach()
    W = second.weight.detach()
    z = second(a).detach()
    low, high = np.percentile(z.numpy(), [46, 54])  # 4 points of rank: more than 3 errors
    assert low < readings["z_q50", 2].item() < high
    slopes = (z.sigmoid() * (1 - z.sigmoid())).numpy()
    paths = slopes[:20, :, None] * np.abs(W.numpy())[None]
    low, high = np.percentile(paths, [86, 94])
    assert low < readings["path_factor_q90", 2].item() < high
    largest = (slopes.max(0) * np.abs(W.numpy()).max(1)).max()
    assert readings["path_factor_max", 2].item() == pytest.approx(largest, rel=1e-5)
