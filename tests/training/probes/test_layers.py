"""Probes against plain autograd on one model, and against theory and published numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from orchestrator.models.losses import cross_entropy, squared_error
from orchestrator.models.networks.mlp import MLP
from orchestrator.models.settings import MLP as MLPSettings
from orchestrator.models.settings import Activation, Digits, Init, MNIST5k
from orchestrator.study.probes import QUANTITIES, Probes
from orchestrator.training.engine import train
from orchestrator.training.probes.layers import probe
from orchestrator.training.reading import Reading
from tests.models.modules import linear, linear_layers
from tests.training.packs import normal, pack, variant
from tests.training.stacking.stacked import stacked

ALL = frozenset(QUANTITIES)


def pre_activations(model: MLP, features: Tensor) -> list[Tensor]:
    z = []
    for layer in linear_layers(model):
        z.append(layer(features))
        features = model.activation(z[-1])
    return z


def readings_of(models: Sequence[nn.Module], inputs: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """(quantity) → (layers, members)."""
    table: dict[str, list[Reading]] = {}
    members = stacked(models, inputs)
    for reading in probe(members, cross_entropy, inputs, targets, ALL):
        table.setdefault(reading.quantity, []).append(reading)
    return {name: torch.stack([r.values for r in readings]) for name, readings in table.items()}


# Models, inputs, targets, and what `readings_of` returns for them.
Probed = tuple[list[MLP], Tensor, Tensor, dict[str, Tensor]]


@pytest.fixture
def probed() -> Probed:
    torch.manual_seed(0)
    models = [MLP(6, 4, depth=3, width=5, activation="sigmoid").double() for _ in range(2)]
    inputs, targets = torch.randn(2, 9, 6).double(), torch.randint(0, 4, (2, 9))
    return models, inputs, targets, readings_of(models, inputs, targets)


def test_delta_is_the_mean_norm_of_each_examples_own_gradient(probed: Probed) -> None:
    models, inputs, targets, readings = probed
    for member, model in enumerate(models):
        norms = []
        for x, y in zip(inputs[member], targets[member], strict=True):  # one example at a time
            z = pre_activations(model, x)
            loss = functional.cross_entropy(z[-1], y)
            norms.append([g.norm() for g in torch.autograd.grad(loss, z)])
        expected = torch.tensor(norms).mean(0)
        torch.testing.assert_close(readings["delta"][:, member], expected)


def test_delta_mean_is_the_norm_of_the_bias_gradient(probed: Probed) -> None:
    models, inputs, targets, readings = probed
    for member, model in enumerate(models):
        loss = functional.cross_entropy(model(inputs[member]), targets[member])
        layers = linear_layers(model)
        biases = torch.autograd.grad(loss, [layer.bias for layer in layers], retain_graph=True)
        weights = torch.autograd.grad(loss, [layer.weight for layer in layers])
        norms = torch.stack([g.norm() for g in biases])
        torch.testing.assert_close(readings["delta_mean"][:, member], norms.detach())
        norms = torch.stack([g.norm() for g in weights])
        torch.testing.assert_close(readings["weight_grad"][:, member], norms.detach())


def test_saturation_by_hand() -> None:
    model = MLP(1, 2, depth=1, width=4, activation="tanh")
    with torch.no_grad():
        linear(model, "hidden.0").weight.copy_(torch.tensor([[0.0], [1.8], [1.9], [-5.0]]))
        linear(model, "hidden.0").bias.zero_()
    readings = readings_of([model], torch.ones(1, 1, 1), torch.zeros(1, 1, dtype=torch.long))
    assert readings["saturation"].tolist() == [[0.5]], "|tanh| > .95 from 1.832 on"


@pytest.mark.parametrize(
    ("activation", "z", "saturated"),
    [
        ("sigmoid", 2.9, False),
        ("sigmoid", 3.0, True),  # σ(2.944) = .95
        ("sigmoid", -3.0, True),
        ("relu", 0.0, True),
        ("relu", 1e-3, False),
        ("softplus", -3.0, True),  # ln(1 + e⁻²·⁹⁷) = .05
        ("softplus", -2.9, False),
    ],
)
def test_saturation_of_each_activation(activation: str, z: float, saturated: bool) -> None:
    model = MLP(1, 2, depth=1, width=1, activation=activation)
    with torch.no_grad():
        linear(model, "hidden.0").weight.fill_(z)
        linear(model, "hidden.0").bias.zero_()
    readings = readings_of([model], torch.ones(1, 1, 1), torch.zeros(1, 1, dtype=torch.long))
    assert readings["saturation"].item() == float(saturated)


def test_layers_are_counted_from_the_input() -> None:
    model = MLP(6, 4, depth=2, width=5, activation="tanh")
    inputs = torch.ones(1, 3, 6)
    members = stacked([model], inputs)
    readings = probe(members, cross_entropy, inputs, torch.ones(1, 3).long(), ALL)
    sites = [(r.position, r.site) for r in readings if r.quantity == "delta"]
    assert sites == [(1, "hidden.0"), (2, "hidden.1"), (3, "output")]
    assert [r.position for r in readings if r.quantity == "saturation"] == [1, 2]


NIELSEN = {  # chapter 5, norms of δ per hidden layer before training, 784-30×H-10
    2: [0.066, 0.309],
    3: [0.0118, 0.0600, 0.283],
    4: [0.0030, 0.0171, 0.0695, 0.285],
}


@pytest.mark.slow
@pytest.mark.parametrize("depth", NIELSEN)
def test_nielsens_published_norms_lie_inside_the_band_of_20_seeds(depth: int) -> None:
    net = MLPSettings(depth=depth, width=30, activation="sigmoid", init=normal(1, bias=1))
    images = MNIST5k(train_examples=1000, validation_examples=10, test_examples=10)
    untrained = variant(
        task=images,
        model=net,
        loss="sigmoid_cross_entropy",
        probes=Probes(examples=1000),
        epochs=1,
        batch_size="full",
    )
    gradients = pd.DataFrame(train(pack([untrained], replicates=20)).gradients)
    rows = gradients[(gradients.epoch == 0) & (gradients.quantity == "delta_mean")]
    norms = rows.pivot_table(index="trial_id", columns="position", values="value").to_numpy()
    low, high = np.percentile(norms[:, :depth], [2.5, 97.5], axis=0)
    assert (low <= NIELSEN[depth]).all()
    assert (high >= NIELSEN[depth]).all()
    ratios = norms[:, : depth - 1] / norms[:, 1:depth]
    assert 0.19 <= np.median(ratios) <= 0.22


# √χ per layer at the fixed point (Poole et al. 2016; Schoenholz et al. 2017).
PYTORCH, HE = Init(scheme="pytorch"), Init(scheme="he", bias=0.0)
FACTORS = [
    ("sigmoid", PYTORCH, 0.1414, 0.03),
    ("tanh", PYTORCH, 0.5774, 0.03),
    ("relu", PYTORCH, 0.4082, 0.03),
    ("softplus", PYTORCH, 0.2948, 0.03),
    ("relu", HE, 1.000, 0.03),
    ("tanh", HE, 1.051, 0.03),
    ("sigmoid", Init(scheme="normal", scale=1, bias=1), 0.2048, 0.03),
]


@pytest.mark.slow
@pytest.mark.parametrize(("activation", "init", "factor", "tolerance"), FACTORS)
def test_the_gradient_decays_per_layer_as_mean_field_theory_says(
    activation: Activation, init: Init, factor: float, tolerance: float
) -> None:
    """Width 500, 3 seeds, away from input and output, where q has reached its fixed point."""
    net = MLPSettings(depth=10, width=500, activation=activation, init=init)
    small = Digits(train_examples=200, validation_examples=10, test_examples=10)
    untrained = variant(task=small, model=net, probes=Probes(examples=200), batch_size="full")
    gradients = pd.DataFrame(train(pack([untrained], replicates=3)).gradients)
    rows = gradients[(gradients.epoch == 0) & (gradients.quantity == "delta")]
    decay = np.log(rows.groupby("position").value.apply(lambda v: np.exp(np.log(v).mean())))
    inner = decay.loc[4:10]
    per_layer = np.exp(-np.polyfit(inner.index, inner, 1)[0])
    assert per_layer == pytest.approx(factor, rel=tolerance)


def test_an_output_activation_does_not_saturate() -> None:
    model = MLP(6, 1, depth=1, width=5, activation="tanh", output_activation="softplus")
    members = stacked([model], torch.ones(1, 3, 6))
    readings = probe(members, squared_error, torch.ones(1, 3, 6), torch.ones(1, 3, 1), ALL)
    assert [r.position for r in readings if r.quantity == "saturation"] == [1]
