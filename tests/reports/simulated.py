"""Simulated rows of a trial's tables, without the id of the trial."""

from typing import Any

import numpy as np

Row = tuple[Any, ...]
PER_STEP = {"rnn": 0.5, "lstm": 0.9, "gru": 0.8}  # back in time
STEPS = 12
PER_LAYER = {"sigmoid": 0.21, "tanh": 0.85, "relu": 0.7, "softplus": 0.5}


def curve(rng: np.random.Generator, signal: float, epochs: int) -> list[Row]:
    """Accuracy that rises from chance, more slowly the less gradient the first layer gets."""
    speed = 0.9 * min(signal, 1.5) ** 0.35
    gone = 1 - np.exp(-speed * np.arange(epochs + 1) * np.exp(rng.normal(0, 0.15)))
    accuracy = 0.1 + 0.86 * gone + rng.normal(0, 0.008, epochs + 1)
    rows: list[Row] = []
    for split, gap in {"train": 0.03, "validation": 0.005, "test": 0.0}.items():
        for epoch, value in enumerate(np.clip(accuracy + gap * gone, 0, 1).tolist()):
            rows.append((epoch, epoch * 38, split, "accuracy", value))
            rows.append((epoch, epoch * 38, split, "loss", 2.4 * (1.02 - value)))
    return rows


def with_solved(rows: list[Row], threshold: float | None) -> list[Row]:
    """The same and, where the task can be solved, whether it is."""
    flags = [
        (*row[:3], "solved", float(row[4] >= threshold))
        for row in rows
        if threshold and row[3] == "accuracy"
    ]
    return [*rows, *flags]


def time_gradients(
    rng: np.random.Generator, cell: str, bidirectional: bool, epochs: int
) -> list[Row]:
    rows: list[Row] = []
    sites = ("forward.0", "backward.0") if bidirectional else ("forward.0",)
    quantities = ("hidden_grad", "cell_grad") if cell == "lstm" else ("hidden_grad",)
    for epoch in sorted({*range(0, epochs, 5), epochs}):
        rows.append((epoch, epoch * 38, "depth", "output", 1, "delta", 0.5))
        factor = PER_STEP[cell] * np.exp(rng.normal(0, 0.05))
        for site in sites:
            for lag in range(STEPS):
                value = 2.0 * factor**lag * np.exp(rng.normal(0, 0.02))
                place = (epoch, epoch * 38, "time", site, lag)
                rows += [(*place, quantity, float(value)) for quantity in quantities]
                if epoch in (0, epochs):
                    rows += [(*place, gate, float(rng.uniform(0.4, 0.6))) for gate in GATES[cell]]
            if epoch == 0:
                rows += [(0, 0, "time", site, 0, *drawn) for drawn in DRAWN_RNN]
        if epoch == 0:
            rows.append((0, 0, "time", "input", 0, "second_moment", 1.0))
    return rows


GATES = {"rnn": (), "lstm": ("forget_gate", "input_gate", "output_gate"),
         "gru": ("update_gate", "reset_gate")}  # fmt: skip
DRAWN_RNN = (
    ("recurrent_weight_variance", 1 / 3), ("input_weight_variance", 1 / 12), ("bias_variance", 0.01)
)  # fmt: skip


def layer_gradients(
    rng: np.random.Generator, factor: float, depth: int, epochs: int, scale: float
) -> list[Row]:
    rows: list[Row] = [(0, 0, "depth", "input", 0, "second_moment", 0.25)]
    for epoch in sorted({*range(0, epochs, 5), epochs}):
        level = 0.08 * np.exp(rng.normal(0, 0.2)) * (1 if epoch == 0 else 0.3)
        steps = factor * np.exp(rng.normal(0, 0.25, depth + 1)) * (1 + 0.5 * (epoch > 0))
        for layer in range(depth + 1, 0, -1):
            delta = level * float(np.prod(steps[layer:]))
            values = {"delta": delta, "delta_mean": delta / 3, "weight_grad": 2 * delta**0.3}
            if epoch == 0:
                values |= {"weight_variance": scale**2, "bias_variance": 0.05}
            else:
                values["update_ratio"] = 0.01 * delta**0.3
            if layer <= depth:
                values["saturation"] = float(np.clip(rng.normal(0.3, 0.05), 0, 1))
            if layer <= depth and epoch in (0, epochs):
                values |= _ends(scale)
            place = (epoch, epoch * 38, "depth", f"hidden.{layer}", layer)
            rows += [(*place, *quantity) for quantity in values.items()]
    return rows


def _ends(scale: float) -> dict[str, float]:
    """What is measured before training and after it only."""
    paths = {"": 0.06, "_q10": 0.01, "_q50": 0.05, "_q90": 0.12, "_max": 0.3}
    quantiles = {"z_q05": -1.6, "z_q25": -0.7, "z_q50": 0.0, "z_q75": 0.7, "z_q95": 1.6}
    found = {f"path_factor{name}": scale * value for name, value in paths.items()}
    return found | {name: scale * value for name, value in quantiles.items()}
