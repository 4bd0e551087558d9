"""Means over replicates of what is measured at several places, layers or steps of a sequence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from orchestrator.reports.statistics.intervals import Floats, t_half_width

# What a network was drawn from: recorded by layer for `theory`, averaged nowhere.
DRAWN_FROM = (
    *("weight_variance", "bias_variance", "second_moment"),
    *("recurrent_weight_variance", "input_weight_variance"),
)


@dataclass(frozen=True)
class Estimate:
    """A geometric mean over n replicates, with its interval (None below n = 2)."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class ByPlace:
    """A quantity by place, averaged over replicates; low and high are NaN below n = 2."""

    places: tuple[int, ...]
    sites: tuple[str, ...]  # names of the places in the model
    n: tuple[int, ...]  # replicates behind each mean
    zeros: tuple[int, ...]  # replicates that are exactly zero, left out of a geometric mean
    mean: Floats
    low: Floats
    high: Floats

    def first(self, count: int) -> "ByPlace":
        """The first places alone."""
        return ByPlace(
            self.places[:count], self.sites[:count], self.n[:count], self.zeros[:count],
            self.mean[:count], self.low[:count], self.high[:count],
        )  # fmt: skip


Key = tuple[object, ...]


def summaries(
    rows: pd.DataFrame, keys: Sequence[str], multiplicative: Sequence[str]
) -> Iterator[tuple[Key, ByPlace]]:
    """One for each combination of `keys` (quantity among them), sorted.

    rows: keys, site, position, quantity, value. The mean of a quantity that is `multiplicative`
    is geometric, its interval that of the logarithms; exact zeros are then left out and counted.
    Rows of `DRAWN_FROM` are passed over.
    """
    rows = rows[~rows["quantity"].isin(DRAWN_FROM)]
    if rows.empty:
        return
    grows = rows["quantity"].isin(multiplicative).to_numpy()
    value = rows["value"].to_numpy(dtype=float)
    logs = np.log(np.where(value > 0, value, np.nan))
    table = rows[[*keys, "position"]].assign(
        name=rows["site"], averaged=np.where(grows, logs, value),
        zero=grows & (value == 0), grows=grows,
    )  # fmt: skip
    found = table.groupby([*keys, "position"], sort=True).agg(
        n=("averaged", "count"), mean=("averaged", "mean"), sd=("averaged", "std"),
        zeros=("zero", "sum"), name=("name", "first"), grows=("grows", "first"),
    ).reset_index()  # fmt: skip
    yield from _split(found, keys)


def _split(found: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[Key, ByPlace]]:
    """found: one row a place, sorted by keys and position."""
    n, mean = found["n"].to_numpy(), found["mean"].to_numpy(dtype=float)
    half = t_half_width(n, np.nan_to_num(found["sd"].to_numpy(dtype=float)))
    grows = found["grows"].to_numpy()
    drawn = [np.where(grows, _exp(x), x) for x in (mean, mean - half, mean + half)]
    columns = [found[name].tolist() for name in ("position", "name", "n", "zeros")]
    of = list(zip(*(found[key].tolist() for key in keys), strict=True))
    starts = [i for i in range(len(of)) if i == 0 or of[i] != of[i - 1]]
    for start, end in pairwise([*starts, len(of)]):
        places, sites, sizes, zeros = (tuple(column[start:end]) for column in columns)
        yield of[start], ByPlace(places, sites, sizes, zeros, *(x[start:end] for x in drawn))


def _exp(logs: Floats) -> Floats:
    """NaN above the largest double: an interval that has no end to be drawn."""
    with np.errstate(over="ignore"):
        values = np.exp(logs)
    return np.where(np.isinf(values), np.nan, values)


def estimates(fitted: pd.DataFrame, keys: Sequence[str], column: str) -> dict[Key, Estimate]:
    """Of one positive number a trial, for each combination of `keys`; NaN is left out."""
    kept = fitted[fitted[column] > 0]
    logs = kept.assign(logs=np.log(kept[column].astype(float))).groupby(list(keys))["logs"]
    found = logs.agg(["count", "mean", "std"])
    n, mean = found["count"].to_numpy(), found["mean"].to_numpy(dtype=float)
    half = t_half_width(n, np.nan_to_num(found["std"].to_numpy(dtype=float)))
    with np.errstate(over="ignore"):  # an upper end may be infinite
        columns = [np.exp(x).tolist() for x in (mean, mean - half, mean + half)]
    rows = zip(found.index.tolist(), *columns, n.tolist(), strict=True)
    return {_tuple(key): _estimate(*numbers) for key, *numbers in rows}


def _tuple(key: object) -> Key:
    """pandas names a group of one key by that key."""
    return key if isinstance(key, tuple) else (key,)


def _estimate(value: float, low: float, high: float, n: int) -> Estimate:
    return Estimate(value, low, high, n) if n > 1 else Estimate(value, None, None, n)
