"""Means over replicates of what is measured at several places, layers or steps of a sequence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports.statistics.intervals import Floats, t_half_width

Places = tuple[int, ...]


@dataclass(frozen=True)
class Estimate:
    """A geometric mean over n replicates, with its interval (None below n = 2)."""

    value: float
    low: float | None
    high: float | None
    n: int


def square(rows: pd.DataFrame) -> tuple[Places, Floats]:
    """(places,), (replicates, places) by `position`; NaN where a replicate has no value."""
    places, column = np.unique(rows["position"].to_numpy(), return_inverse=True)
    replicates, row = np.unique(rows["replicate"].to_numpy(), return_inverse=True)
    table = np.full((replicates.size, places.size), np.nan)
    table[row, column] = rows["value"].to_numpy(dtype=float)
    return tuple(int(place) for place in places), table


def counts(where: NDArray[np.bool_]) -> tuple[int, ...]:
    """How many replicates, at each place; where: (replicates, places)."""
    return tuple(int(count) for count in where.sum(axis=0))


def band(values: Floats) -> tuple[Floats, Floats, Floats]:
    """mean, low, high over replicates: (replicates, places) → three of (places,)."""
    n = np.isfinite(values).sum(axis=0)
    safe = np.maximum(n, 1)
    mean = np.where(n > 0, np.nansum(values, axis=0) / safe, np.nan)
    squares = np.nansum((values - mean) ** 2, axis=0)
    half = t_half_width(n, np.sqrt(squares / np.maximum(n - 1, 1)))
    return mean, mean - half, mean + half


def geometric_band(values: Floats) -> tuple[Floats, Floats, Floats]:
    """The same of logarithms; values: positive or NaN."""
    mean, low, high = band(np.log(values))
    return np.exp(mean), np.exp(low), np.exp(high)


def slopes(places: Sequence[int], logs: Floats) -> list[float]:
    """Of a straight line through each replicate's logarithms by place, (replicates, places).

    NaN places are left out; a replicate with fewer than two has no slope.
    """
    x = np.asarray(places, dtype=float)
    kept = [(x[np.isfinite(row)], row[np.isfinite(row)]) for row in logs]
    return [_slope(x - x.mean(), y) for x, y in kept if x.size >= 2]


def _slope(centred: Floats, y: Floats) -> float:
    return float(centred @ y / (centred @ centred))


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
