"""Wide and deep nets of every activation and initialisation, through the probes, against theory."""

import numpy as np
import pytest
import torch

from orchestrator.models.activations import ACTIVATIONS
from orchestrator.models.build import build, draw
from orchestrator.models.losses import cross_entropy
from orchestrator.models.settings import MLP, Activation, Init
from orchestrator.models.shape import TaskShape
from orchestrator.reports.statistics.gradients.mean_field import relative_delta
from orchestrator.training.probes.layers import probe
from orchestrator.training.stacking.members import single

WIDTH, DEPTH, EXAMPLES = 1000, 10, 64
INITS = [
    Init(scheme="pytorch"),
    Init(scheme="he"),
    Init(scheme="xavier"),
    Init(scheme="normal", scale=1.0, bias=1.0),
    Init(scheme="normal", scale=0.5, bias=0.2),
]
NONLINEAR: tuple[Activation, ...] = ("sigmoid", "tanh", "relu", "softplus")
STEEP = 1.7  # σ_w² from which theory is less sure of softplus


def measured(activation: Activation, init: Init) -> dict[str, np.ndarray]:
    """Quantity → its values by layer, the output last; of one net before training."""
    settings = MLP(depth=DEPTH, width=WIDTH, activation=activation, init=init)
    shape = TaskShape("features", "class", features=WIDTH, values=WIDTH)
    net = build(settings, shape)
    generator = torch.Generator().manual_seed(0)
    draw(net, settings, lambda name: generator)
    inputs = torch.randn(1, EXAMPLES, WIDTH, generator=generator)
    targets = torch.randint(WIDTH, (1, EXAMPLES), generator=generator)
    readings = probe(single(net), cross_entropy, inputs, targets, {"delta", "initial"})
    names = {reading.quantity for reading in readings}
    return {
        name: np.array([r.values.item() for r in readings if r.quantity == name]) for name in names
    }


@pytest.mark.slow
def test_measured_gradients_decay_per_layer_as_theory_says() -> None:
    """Every activation and initialisation."""
    assert {*NONLINEAR, "identity"} == set(ACTIVATIONS)
    torch.manual_seed(0)
    for activation in NONLINEAR:
        for init in INITS:
            is_steep, off = deviation(activation, init)
            assert off < (0.05 if is_steep else 0.03), (activation, init)


def deviation(activation: Activation, init: Init) -> tuple[bool, float]:
    """Whether softplus is steep, and how far ‖δˡ‖/‖δᵒᵘᵗ‖ is off theory, as a factor per layer."""
    found = measured(activation, init)
    weights, biases = found["weight_variance"][None], found["bias_variance"][None]
    expected = relative_delta(activation, found["second_moment"], weights, biases)[0]
    relative = found["delta"] / found["delta"][-1]
    layers_away = np.arange(DEPTH, 0, -1)
    per_layer = (relative[:-1] / expected[:-1]) ** (1 / layers_away)
    is_steep = activation == "softplus" and weights[0, 1] >= STEEP
    return bool(is_steep), float(abs(per_layer - 1).max())
