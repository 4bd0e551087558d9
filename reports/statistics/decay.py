"""How the gradient (and whatever else is probed by layer) changes on its way through depth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.statistics.intervals import Floats, t_half_width

MULTIPLICATIVE = ("delta", "delta_mean", "weight_grad")  # averaged as logarithms
SMOOTH = ("sigmoid", "tanh", "softplus", "identity")  # whose gradient is never exactly zero


@dataclass(frozen=True)
class Estimate:
    """A geometric mean over n replicates, with its interval (None below n = 2)."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Profile:
    """One variant, one probed epoch, one quantity, by layer from the input (1-based)."""

    variant_id: str
    epoch: int
    quantity: str
    layers: tuple[int, ...]
    n: tuple[int, ...]  # replicates behind each mean
    zeros: tuple[int, ...]  # replicates that are exactly zero, left out of a geometric mean
    mean: Floats
    low: Floats
    high: Floats
    hidden: int  # hidden layers; layer hidden + 1 is the output
    factor: Estimate | None  # per hidden layer, towards the input: below 1 it vanishes
    total: Estimate | None  # first hidden layer over last hidden layer


def decay(gradients: pd.DataFrame) -> tuple[Profile, ...]:
    """One profile for every variant, probed epoch and quantity along the depth axis.

    gradients: variant_id, replicate, epoch, axis, position, quantity, value.

    Answers: by which factor does one layer shrink (or grow) the gradient that passes through it?
    Assumes: log gradient is about linear in the layer, which mean-field theory predicts for plain
        networks at initialisation; each replicate is fitted alone, and the fits are averaged.
    Misleads: after training, where layers differ and a single factor hides it; for `weight_grad`,
        which stays flat even where delta vanishes; and where zeros were left out, for then the mean
        speaks of the surviving replicates and is too large.
    Source: Glorot & Bengio 2010; Schoenholz et al. 2017. Geometric means, as effects multiply.
    """
    depth = gradients[gradients["axis"] == "depth"]
    if depth.empty:
        return ()
    outputs = depth.groupby("variant_id")["position"].max().to_dict()
    groups = depth.groupby(["variant_id", "epoch", "quantity"])
    return tuple(
        _profile(str(variant), str(quantity), rows, int(outputs[variant]) - 1)
        for (variant, _, quantity), rows in groups
    )


def _profile(variant: str, quantity: str, rows: pd.DataFrame, hidden: int) -> Profile:
    """rows: of one probe; `hidden` layers come before the output."""
    layers, values = _square(rows)
    grows = quantity in MULTIPLICATIVE
    kept = np.where(values > 0, values, np.nan) if grows else values
    mean, low, high = _band(np.log(kept)) if grows else _band(kept)
    back = np.exp if grows else np.asarray
    inner = kept[:, np.array(layers) <= hidden]
    factor, total = decay_factors(inner) if grows and hidden >= 2 else (None, None)
    return Profile(
        variant, int(rows["epoch"].iloc[0]), quantity, layers,
        n=_counts(np.isfinite(kept)), zeros=_counts(values == 0) if grows else (0,) * len(layers),
        mean=back(mean), low=back(low), high=back(high), hidden=hidden, factor=factor, total=total,
    )  # fmt: skip


def _square(rows: pd.DataFrame) -> tuple[tuple[int, ...], Floats]:
    """(layers,), (replicates, layers); NaN where a replicate has no value."""
    layers, column = np.unique(rows["position"].to_numpy(), return_inverse=True)
    replicates, row = np.unique(rows["replicate"].to_numpy(), return_inverse=True)
    table = np.full((replicates.size, layers.size), np.nan)
    table[row, column] = rows["value"].to_numpy(dtype=float)
    return tuple(int(layer) for layer in layers), table


def _counts(where: np.ndarray) -> tuple[int, ...]:
    return tuple(int(count) for count in where.sum(axis=0))


def _band(values: Floats) -> tuple[Floats, Floats, Floats]:
    """mean, low, high over replicates: (replicates, layers) → three of (layers,)."""
    n = np.isfinite(values).sum(axis=0)
    safe = np.maximum(n, 1)
    mean = np.where(n > 0, np.nansum(values, axis=0) / safe, np.nan)
    squares = np.nansum((values - mean) ** 2, axis=0)
    half = t_half_width(n, np.sqrt(squares / np.maximum(n - 1, 1)))
    return mean, mean - half, mean + half


def decay_factors(values: Floats) -> tuple[Estimate | None, Estimate | None]:
    """(per-layer factor towards the input, first / last layer) of (replicates, hidden layers).

    Per replicate: the factor is exp(−slope) of a straight line through log value by layer.
    NaN layers are left out of the line; a replicate needs two layers, the ratio both ends.
    """
    logs = np.log(values)
    slopes = [slope for row in logs if (slope := _slope(row)) is not None]
    ends = logs[:, 0] - logs[:, -1]
    return estimate([-slope for slope in slopes]), estimate(ends[np.isfinite(ends)])


def _slope(logs: Floats) -> float | None:
    layer = np.flatnonzero(np.isfinite(logs)).astype(float)
    if layer.size < 2:
        return None
    centred = layer - layer.mean()
    return float(centred @ logs[np.isfinite(logs)] / (centred @ centred))


def estimate(logs: Sequence[float] | Floats) -> Estimate | None:
    """Geometric mean and t-interval from (n,) logarithms."""
    x = np.asarray(logs, dtype=float)
    if x.size == 0:
        return None
    mean = float(x.mean())
    if x.size == 1:
        return Estimate(float(np.exp(mean)), None, None, 1)
    half = float(t_half_width(x.size, x.std(ddof=1)))
    low, high = float(np.exp(mean - half)), float(np.exp(mean + half))
    return Estimate(float(np.exp(mean)), low, high, int(x.size))
