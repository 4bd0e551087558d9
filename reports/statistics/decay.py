"""How the gradient (and whatever else is probed by layer) changes on its way through depth."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.statistics.geometric import (
    Estimate,
    band,
    counts,
    estimate,
    geometric_band,
    slopes,
    square,
)
from reports.statistics.intervals import Floats

MULTIPLICATIVE = ("delta", "delta_mean", "weight_grad")  # averaged as logarithms
SMOOTH = ("sigmoid", "tanh", "softplus", "identity")  # whose gradient is never exactly zero


@dataclass(frozen=True)
class Profile:
    """One variant, one probed epoch, one quantity, by layer from the input (1-based)."""

    variant_id: str
    epoch: int
    quantity: str
    layers: tuple[int, ...]
    sites: tuple[str, ...]  # their names in the model
    n: tuple[int, ...]  # replicates behind each mean
    zeros: tuple[int, ...]  # replicates that are exactly zero, left out of a geometric mean
    mean: Floats
    low: Floats
    high: Floats
    hidden: int  # hidden layers; layer hidden + 1 is the output
    factor: Estimate | None  # per hidden layer, towards the input: below 1 it vanishes
    total: Estimate | None  # first hidden layer over last hidden layer

    @property
    def inner(self) -> int:
        """How many of `layers`, counted from the first, are hidden ones."""
        return sum(layer <= self.hidden for layer in self.layers)


def decay(gradients: pd.DataFrame) -> tuple[Profile, ...]:
    """One profile for every variant, probed epoch and quantity along the depth axis.

    gradients: variant_id, replicate, epoch, axis, site, position, quantity, value.

    Answers: by which factor does one layer shrink (or grow) the gradient that passes through it?
    Assumes: the last site is the output layer. Log gradient is about linear in the layer, which
        mean-field theory predicts for plain networks at initialisation; each replicate is fitted
        alone, and the fits are averaged.
    Misleads: after training, where layers differ and a single factor hides it; in networks whose
        layers differ in kind or size, such as convolutions and then feed-forward layers; for
        `weight_grad`, which stays flat even where delta vanishes; and where zeros were left out,
        for then the mean speaks of the surviving replicates and is too large.
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
    layers, values = square(rows)
    sites = dict(zip(rows["position"], rows["site"], strict=True))
    grows = quantity in MULTIPLICATIVE
    kept = np.where(values > 0, values, np.nan) if grows else values
    mean, low, high = geometric_band(kept) if grows else band(kept)
    inner = kept[:, np.array(layers) <= hidden]
    factor, total = decay_factors(inner) if grows and hidden >= 2 else (None, None)
    return Profile(
        variant, int(rows["epoch"].iloc[0]), quantity, layers,
        sites=tuple(str(sites[layer]) for layer in layers),
        n=counts(np.isfinite(kept)), zeros=counts(values == 0) if grows else (0,) * len(layers),
        mean=mean, low=low, high=high, hidden=hidden, factor=factor, total=total,
    )  # fmt: skip


def decay_factors(values: Floats) -> tuple[Estimate | None, Estimate | None]:
    """(per-layer factor towards the input, first / last layer) of (replicates, hidden layers).

    Per replicate: the factor is exp(−slope) of a straight line through log value by layer.
    NaN layers are left out of the line; a replicate needs two layers, the ratio both ends.
    """
    logs = np.log(values)
    per_layer = [-slope for slope in slopes(range(values.shape[1]), logs)]
    ends = logs[:, 0] - logs[:, -1]
    return estimate(per_layer), estimate(ends[np.isfinite(ends)])
