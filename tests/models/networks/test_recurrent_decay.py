"""How ∂L/∂h shrinks per time step before training, against mean-field theory.

Chen, Pennington & Schoenholz 2018: with z_t = R h_{t−1} + V x_t + b and σ_w² = hidden · var(R),
the variance of z settles at q = σ_w² E[φ(√q ζ)²] + σ_v² mean(x²) + σ_b², ζ ~ N(0, 1), and the
gradient shrinks by √χ a step, χ = σ_w² E[φ'(√q ζ)²].
"""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator

from orchestrator.models.build import build, draw
from orchestrator.models.networks.recurrent import Recurrent as Network
from orchestrator.models.settings import Recurrent, RecurrentInit
from orchestrator.models.shape import TaskShape

HIDDEN, INPUTS, STEPS, EXAMPLES, SEEDS = 128, 32, 30, 64, 8
NORMAL = RecurrentInit(scheme="normal")
FACTORS: list[tuple[dict[str, Any], float]] = [
    ({"activation": "tanh"}, 0.5245),
    ({"activation": "sigmoid"}, 0.1387),
    ({"activation": "relu"}, 0.4082),  # √(1/6), whatever the input
    ({"activation": "tanh", "recurrent_init": NORMAL}, 0.8379),
]
FUNCTIONS: dict[str, tuple[Any, Any]] = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
}


def theory(activation: str, recurrent_variance: float) -> float:
    """√χ at the fixed point, the expectations by Gauss-Hermite quadrature."""
    zeta, weights = np.polynomial.hermite_e.hermegauss(100)
    weights = weights / weights.sum()
    phi, slope = FUNCTIONS[activation]
    one = 1 / (3 * HIDDEN)  # the variance of U(±1/√hidden)
    q = 1.0
    for _ in range(500):
        q = recurrent_variance * weights @ phi(math.sqrt(q) * zeta) ** 2 + INPUTS * one + 2 * one
    return math.sqrt(recurrent_variance * weights @ slope(math.sqrt(q) * zeta) ** 2)


@pytest.mark.parametrize(("chosen", "published"), FACTORS)
def test_the_factors_are_those_of_the_theory(chosen: dict[str, Any], published: float) -> None:
    variance = 1.0 if "recurrent_init" in chosen else 1 / 3
    assert theory(chosen["activation"], variance) == pytest.approx(published, abs=2e-4)


def measured(seed: int, chosen: dict[str, Any]) -> float:
    """The factor per step of one network: the slope of ln(mean over examples of ‖∂L/∂h_t‖)."""
    settings = Recurrent(cell="rnn", hidden=HIDDEN, **chosen)
    net = build(settings, TaskShape("sequence", "value", INPUTS, 1)).double()
    assert isinstance(net, Network)
    draw(net, settings, lambda name: Generator().manual_seed(1000 * seed + sum(map(ord, name))))
    generator = Generator().manual_seed(seed)
    x = torch.randn(EXAMPLES, STEPS, INPUTS, generator=generator, dtype=torch.float64)
    outputs, (states,) = net.steps(x)
    gradients = torch.autograd.grad(outputs.sum(), states.h[STEPS // 3 :])
    norms = [math.log(gradient.norm(dim=1).mean().item()) for gradient in gradients]
    return math.exp(-np.polyfit(range(len(norms)), norms, 1)[0])  # earlier steps have less


@pytest.mark.parametrize(("chosen", "published"), FACTORS)
def test_a_plain_rnn_shrinks_the_gradient_as_published(
    chosen: dict[str, Any], published: float
) -> None:
    factors = [measured(seed, chosen) for seed in range(SEEDS)]
    mean = math.exp(sum(map(math.log, factors)) / SEEDS)
    assert mean == pytest.approx(published, rel=0.03)
