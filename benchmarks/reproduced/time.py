"""How the gradient shrinks from step to step in recurrent networks, before training."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Generator

from benchmarks.reproduced.records import Row, short, shorts, verdict
from benchmarks.reproduced.untrained import gradients
from orchestrator.models.build import build, draw
from orchestrator.models.settings import Adding, Recurrent, RecurrentInit
from orchestrator.models.shape import TaskShape

HIDDEN, INPUTS, STEPS, EXAMPLES, SEEDS = 128, 32, 30, 64, 8
NORMAL = Recurrent(
    cell="rnn", hidden=HIDDEN, activation="tanh", recurrent_init=RecurrentInit(scheme="normal")
)
PLAIN = [  # √χ at the fixed point (Chen, Pennington & Schoenholz 2018)
    ("tanh, PyTorch's init", Recurrent(cell="rnn", hidden=HIDDEN, activation="tanh"), 0.5245),
    ("sigmoid, PyTorch's init", Recurrent(cell="rnn", hidden=HIDDEN, activation="sigmoid"), 0.1387),
    ("relu, PyTorch's init", Recurrent(cell="rnn", hidden=HIDDEN, activation="relu"), 0.4082),
    ("tanh, R ~ N(0, 1/hidden)", NORMAL, 0.8379),
]
FORGET_BIASES = (0.0, 1.0, 2.0, 3.0)


def rows() -> Iterator[Row]:
    for name, model, factor in PLAIN:
        yield per_step(name, model, factor)
    yield forget_bias()


def per_step(name: str, model: Recurrent, factor: float) -> Row:
    measured = math.exp(np.mean([_slope(model, seed) for seed in range(SEEDS)]))
    return Row(
        f"mean-field theory, plain RNN, {name}: factor per step",
        short(factor, 4),
        f"within 3 % at {HIDDEN} units, {SEEDS} seeds",
        short(measured, 4),
        verdict(abs(measured / factor - 1) <= 0.03),
        "tests/models/networks/test_recurrent_decay.py",
    )


def _slope(model: Recurrent, seed: int) -> float:
    """Of ln(mean over examples of ‖∂L/∂h_t‖) on its way back, without the first third of steps."""
    net: Any = build(model, TaskShape("sequence", "value", INPUTS, 1)).double()
    draw(net, model, lambda name: Generator().manual_seed(1000 * seed + sum(map(ord, name))))
    generator = Generator().manual_seed(seed)
    x = torch.randn(EXAMPLES, STEPS, INPUTS, generator=generator, dtype=torch.float64)
    outputs, (states,) = net.steps(x)
    states_late = torch.autograd.grad(outputs.sum(), states.h[STEPS // 3 :])
    norms = [math.log(gradient.norm(dim=1).mean().item()) for gradient in states_late]
    return float(-np.polyfit(range(len(norms)), norms, 1)[0])


def forget_bias() -> Row:
    """Factor per step of ‖∂L/∂c‖ over 50 steps of the adding problem."""
    factors = [_cell_factor(bias) for bias in FORGET_BIASES]
    rises = all(low < high for low, high in pairwise(factors))
    return Row(
        "forget-gate bias 0, 1, 2, 3: factor per step of ‖∂L/∂c‖",
        "set it to 1 (Jozefowicz et al. 2015)",
        "rises with the bias",
        shorts(factors),
        verdict(rises),
        "studies/forget_bias.yaml",
    )


def _cell_factor(bias: float) -> float:
    """From lag 10 to 40; geometric mean over 5 seeds."""
    norms = gradients(
        Adding(length=50, examples=64, validation_examples=1, test_examples=1),
        Recurrent(cell="lstm", hidden=64, forget_bias=bias),
        seeds=5,
        examples=64,
        quantity="cell_grad",
    )
    middle = np.log(norms).mean().loc[10:40]
    return float(np.exp(np.polyfit(middle.index, middle, 1)[0]))
