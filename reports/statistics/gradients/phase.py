"""Where a study's variants start between vanishing and exploding: the phase diagram."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.geometric import DRAWN_FROM
from orchestrator.reports.statistics.gradients.mean_field import squared_output, squared_slope
from orchestrator.reports.statistics.gradients.theory import Theory
from orchestrator.reports.statistics.intervals import Floats

POINTS = 41  # of the grid along each axis
_Q = np.geomspace(1e-6, 1e6, 481)


@dataclass(frozen=True)
class Start:
    """One variant: the variances of its weights and biases as drawn, averaged over layers."""

    variant_id: str
    weight: float  # σ_w²
    bias: float  # σ_b²


@dataclass(frozen=True)
class Phase:
    """One activation: √χ in the limit of many layers over a grid of variances."""

    activation: str
    weights: Floats  # σ_w², (points,)
    biases: Floats  # σ_b², (points,)
    factor: Floats  # (biases, weights)
    starts: tuple[Start, ...]


def phases(
    plan: PlanDocument, gradients: pd.DataFrame, found: Mapping[str, Theory]
) -> tuple[Phase, ...]:
    """One for each activation of the variants that theory speaks of through depth.

    found: `Theories.by_axis["depth"]`.

    Answers: on which side of the edge of chaos does each variant begin, and how far from it?
    Assumes: what `mean_field.relative_delta` does, and many layers: the fixed point of the variance
        of z, or, where that grows without bound (ReLU with σ_w² > 2, softplus with σ_w² ≥ 2), the
        limit of the factor.
    Misleads: for few layers, and for layers of very different variances, which are averaged;
        softplus with He's weights is at .87 after 10 layers and at .94 after 100, though its limit
        is 1.
    Source: Poole et al. 2016; Schoenholz et al. 2017.
    """
    settings = {v.variant_id: {**plan.fixed, **v.settings} for v in plan.variants}
    starts: dict[str, list[Start]] = {}
    for start in _starts(gradients, found):
        activation = str(settings[start.variant_id]["model.activation"])
        starts.setdefault(activation, []).append(start)
    largest = _largest([start for every in starts.values() for start in every])
    return tuple(_phase(activation, each, *largest) for activation, each in starts.items())


def _starts(gradients: pd.DataFrame, found: Mapping[str, Theory]) -> Iterator[Start]:
    rows = gradients[gradients["quantity"].isin(DRAWN_FROM[:2]) & (gradients["axis"] == "depth")]
    means = rows.groupby(["variant_id", "quantity"])["value"].mean().to_dict()
    for variant in found:
        weight, bias = (means[variant, quantity] for quantity in DRAWN_FROM[:2])
        yield Start(variant, weight, bias)


def _largest(starts: Sequence[Start]) -> tuple[float, float]:
    """The corner of the diagram: all variants and the edges of tanh and ReLU lie inside."""
    weight = max((start.weight for start in starts), default=0.0)
    bias = max((start.bias for start in starts), default=0.0)
    return max(1.15 * weight, 3.0), max(1.15 * bias, 0.2)


def _phase(activation: str, starts: Sequence[Start], weight: float, bias: float) -> Phase:
    weights, biases = np.linspace(weight / 100, weight, POINTS), np.linspace(0, bias, POINTS)
    return Phase(activation, weights, biases, factors(activation, weights, biases), tuple(starts))


def factors(activation: str, weights: Floats, biases: Floats) -> Floats:
    """√χ after endlessly many layers, (biases, weights), from tables of both expectations by ln q.

    The map q → σ_w² E[φ²] + σ_b² rises with q, so that from q = 1 it creeps to the next fixed point
    above or below. Where there is none above, q grows without bound and √χ tends to a limit: to
    √(σ_w² / 2) for ReLU and softplus, taken at the largest q of the table.
    """
    x, (per_q, slope) = np.log(_Q), _tables(activation)
    w, b = np.meshgrid(weights, biases)
    growth = w[..., None] * per_q + b[..., None] / _Q - 1  # its sign is that of the map less q
    start = int(np.abs(x).argmin())
    log_q = np.where(
        growth[..., start] > 0,
        _crossing(x[start:], growth[..., start:]),
        _crossing(x[start::-1], -growth[..., start::-1]),
    )
    return np.asarray(np.sqrt(w * np.interp(log_q, x, slope)))


@cache
def _tables(activation: str) -> tuple[Floats, Floats]:
    """(E[φ²] / q, E[φ'²]) at every q of `_Q`."""
    return squared_output(activation, _Q) / _Q, squared_slope(activation, _Q)


def _crossing(x: Floats, growth: Floats) -> Floats:
    """Where growth first is no longer above 0, (…,); the end of x where it is above 0 throughout.

    x: (points,); growth: (…, points).
    """
    ended = growth <= 0
    place = np.where(ended.any(axis=-1), ended.argmax(axis=-1), len(x) - 1)
    before = np.maximum(place - 1, 0)
    high = np.take_along_axis(growth, before[..., None], axis=-1)[..., 0]
    low = np.take_along_axis(growth, place[..., None], axis=-1)[..., 0]
    crosses = (low <= 0) & (high > low)
    share = np.where(crosses, high / np.where(crosses, high - low, 1.0), 1.0)
    return np.asarray(x[before] + np.clip(share, 0.0, 1.0) * (x[place] - x[before]))
