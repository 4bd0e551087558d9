"""How the gradient (and whatever else is probed by layer) changes on its way through depth."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from orchestrator.reports.statistics.gradients.directions import BACKWARD, through_depth
from orchestrator.reports.statistics.gradients.fits import HIDDEN
from orchestrator.reports.statistics.gradients.geometric import (
    ByPlace,
    Estimate,
    estimates,
    summaries,
)

MULTIPLICATIVE = ("delta", "delta_mean", "weight_grad", "update_ratio")  # averaged as logarithms
_KEYS = ("variant_id", "epoch", "quantity")


@dataclass(frozen=True)
class Profile:
    """One variant, one probed epoch, one quantity, by layer from the input (1-based)."""

    variant_id: str
    epoch: int
    quantity: str
    by_place: ByPlace  # places: layers
    hidden: int  # hidden layers; layer hidden + 1 is the output
    factor: Estimate | None  # per hidden layer, towards the input: below 1 it vanishes
    total: Estimate | None  # first hidden layer over last hidden layer

    @cached_property
    def inner(self) -> int:
        """How many of the places, counted from the first, are hidden layers."""
        return sum(layer <= self.hidden for layer in self.by_place.places)


def hidden_layers(profiles: Iterable[Profile]) -> int:
    """Of the deepest network; 0 where nothing was measured."""
    return max((profile.inner for profile in profiles), default=0)


def decay(
    gradients: pd.DataFrame, fitted: pd.DataFrame, *, backward: bool = False
) -> tuple[Profile, ...]:
    """One profile for every variant, probed epoch and quantity along the depth axis.

    Recurrent layers in the forward direction, or in the backward one where there is one.

    gradients: variant_id, replicate, epoch, axis, site, position, quantity, value.
    fitted: of `fits.fits`, one row a trial.

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
    depth = through_depth(gradients, backward=backward)
    if depth.empty:
        return ()
    outputs = depth.groupby("variant_id")["position"].max().to_dict()
    group = BACKWARD if backward else HIDDEN
    lines = fitted[(fitted["axis"] == "depth") & (fitted["site_group"] == group)]
    factors, totals = (estimates(lines, _KEYS, column) for column in ("factor", "total"))
    return tuple(
        _profile(key, found, int(outputs[key[0]]) - 1, factors.get(key), totals.get(key))
        for key, found in summaries(depth, _KEYS, MULTIPLICATIVE)
    )


def _profile(
    key: tuple[object, ...],
    found: ByPlace,
    hidden: int,
    factor: Estimate | None,
    total: Estimate | None,
) -> Profile:
    variant, epoch, quantity = key
    return Profile(str(variant), int(str(epoch)), str(quantity), found, hidden, factor, total)
