"""How the gradient shrinks from layer to layer, before training."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.reproduced.records import Row, short, shorts, verdict
from benchmarks.reproduced.untrained import gradients
from orchestrator.models.networks.chain import Chain
from orchestrator.models.settings import MLP, Digits, Init, MNIST5k
from orchestrator.models.settings.base import Activation

NIELSEN = {  # chapter 5: ‖δ‖ of the hidden layers, 784-30×H-10
    2: [0.066, 0.309],
    3: [0.0118, 0.0600, 0.283],
    4: [0.0030, 0.0171, 0.0695, 0.285],
}
SEEDS = 20
PYTORCH, HE = Init(scheme="pytorch"), Init(scheme="he", bias=0.0)
UNIT = Init(scheme="normal", bias=1.0)  # (σ_w², σ_b²) = (1, 1)
FACTORS: list[
    tuple[Activation, Init, float]
] = [  # √χ at the fixed point (Poole et al. 2016; Schoenholz et al. 2017)
    ("sigmoid", PYTORCH, 0.1414),
    ("tanh", PYTORCH, 0.5774),
    ("relu", PYTORCH, 0.4082),
    ("softplus", PYTORCH, 0.2948),
    ("relu", HE, 1.000),
    ("tanh", HE, 1.051),
    ("sigmoid", UNIT, 0.2048),
]
NAMES = {
    PYTORCH: "PyTorch's init",
    HE: "He's init",
    UNIT: "W ~ N(0, 1/fan_in), b ~ N(0, 1)",
}


def rows() -> Iterator[Row]:
    yield chain()
    for depth in NIELSEN:
        yield nielsen(depth)
    for activation, init, factor in FACTORS:
        yield per_layer(activation, init, factor)


def chain() -> Row:
    """The product of the lecture, for 100 draws, against autograd in float64."""
    worst = max(_error_of_the_product(seed) for seed in range(100))
    return Row(
        "chain of single neurons: ∂C/∂b₁ is the lecture's product",
        "exact",
        "to 1e-6",
        f"largest relative error of 100 draws {short(worst)}",
        verdict(worst < 1e-6),
        "tests/models/networks/test_mlp.py",
    )


def _error_of_the_product(seed: int) -> float:
    torch.manual_seed(seed)
    net: Any = Chain(1, 1, depth=4, activation="sigmoid").double()
    x = torch.randn(1, 1, dtype=torch.float64)
    (by_b1,) = torch.autograd.grad(_cost(net(x)), net.neurons[0].bias)
    return float(abs(_product(net, x) / by_b1.item() - 1))


def _product(net: Any, a: Tensor) -> float:
    """σ'(z₁) · w₂ · σ'(z₂) · w₃ · σ'(z₃) · w₄ · σ'(z₄) · ∂C/∂a₄"""
    product = 1.0
    for number, neuron in enumerate(net.neurons):
        a = neuron(a).sigmoid().detach()
        weight = neuron.weight.item() if number > 0 else 1.0  # b₁ comes after w₁
        product *= weight * (a * (1 - a)).item()  # σ' = σ (1 − σ)
    (by_a4,) = torch.autograd.grad(_cost(net.output(a.requires_grad_())), a)
    return product * by_a4.item()


def _cost(output: Tensor) -> Tensor:
    return (output - 0.3).square().sum()


def nielsen(depth: int) -> Row:
    """784-30×depth-10, sigmoid everywhere, b ~ N(0, 1), cross-entropy on sigmoid outputs."""
    norms = gradients(
        MNIST5k(train_examples=1000, validation_examples=10, test_examples=10),
        MLP(depth=depth, width=30, activation="sigmoid", init=UNIT),
        seeds=SEEDS,
        examples=1000,
        quantity="delta_mean",
        loss="sigmoid_cross_entropy",
    ).to_numpy()[:, :depth]
    low, high = np.percentile(norms, [2.5, 97.5], axis=0)
    published = np.array(NIELSEN[depth])
    ratio = float(np.median(norms[:, :-1] / norms[:, 1:]))
    inside = bool((low <= published).all() and (published <= high).all())
    return Row(
        f"Nielsen, chapter 5, before training, {depth} hidden layers: ‖δ‖ of each",
        shorts(NIELSEN[depth]),
        f"inside the 95 % band of {SEEDS} seeds; median ratio of neighbours .19–.22",
        f"median {shorts(np.median(norms, axis=0))}, from {shorts(low)} "
        f"to {shorts(high)}; ratio {short(ratio)}",
        verdict(inside and 0.19 <= ratio <= 0.22),
        "tests/training/probes/test_layers.py",
    )


def per_layer(activation: Activation, init: Init, factor: float) -> Row:
    """Width 500, away from input and output, where q has reached its fixed point."""
    norms = gradients(
        Digits(train_examples=200, validation_examples=10, test_examples=10),
        MLP(depth=10, width=500, activation=activation, init=init),
        seeds=3,
        examples=200,
        quantity="delta",
    )
    inner = np.log(norms).mean().loc[4:10]  # geometric mean over seeds
    measured = float(np.exp(-np.polyfit(inner.index, inner, 1)[0]))
    return Row(
        f"mean-field theory, {activation}, {NAMES[init]}: factor per layer",
        short(factor, 4),
        "within 3 % at width 500, 3 seeds",
        short(measured, 4),
        verdict(abs(measured / factor - 1) <= 0.03),
        "tests/training/probes/test_layers.py",
    )
