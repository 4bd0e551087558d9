"""Means of levels, or pairs of levels, over all settings of the other factors."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.factorial.anova import Anova
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.mean_intervals import mean_interval

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Means:
    """Mean of each level (or pair of levels), averaged over the combinations of other factors.

    Arrays: (levels,) or (levels, levels); NaN where the study has no such pair.
    """

    axes: tuple[int, ...]
    n: int  # replicates
    mean: Floats
    low: Floats
    high: Floats
    contexts: int  # combinations of the other factors that entered
    left_out: int  # that did not, as some value is missing there

    @property
    def span(self) -> float:
        """From the lowest mean to the highest."""
        return float(np.nanmax(self.mean) - np.nanmin(self.mean))


def marginal_means(table: Floats, axes: tuple[int, ...], compare: Compare) -> Means | None:
    """table: (levels of each factor …, replicates), NaN where there is no value.
    compare: names the metric and its unit.

    Answers: how good is each level (each pair of levels), taken over all that the other factors do?
    Assumes: what `mean_intervals.mean_interval` does, of the replicates' averages: the
        replicate is the unit.
    Misleads: where factors interact. Then no combination may behave like the average: look at the
        interactions first. Averages over different things cannot be compared, so where values are
        missing either these combinations of the other factors are left out or these replicates,
        whichever leaves more; None if nothing is whole.
    Source: Searle, Speed & Milliken 1980 (estimated marginal means).
    """
    shape = tuple(table.shape[axis] for axis in axes)
    moved = np.moveaxis(table, axes, range(len(axes)))
    flat = moved.reshape(int(np.prod(shape)), -1, table.shape[-1])  # (pairs, contexts, replicates)
    there = np.isfinite(flat)
    present = np.asarray(there.any(axis=(1, 2)))  # pairs that are in the study
    contexts, replicates = _whole(there[present])
    if not contexts.any() or not replicates.any():
        return None
    averages = flat[:, contexts][:, :, replicates].mean(axis=1)
    n, mean = int(replicates.sum()), averages.mean(axis=1).reshape(shape)
    sd = averages.std(axis=1, ddof=1).reshape(shape) if n > 1 else np.full(shape, np.nan)
    name = compare.metric.split("/")[-1]
    low, high = mean_interval(np.full(shape, n), mean, sd, name=name, unit=compare.unit)
    left_out = int(np.asarray(there.any(axis=(0, 2))).sum() - contexts.sum())
    return Means(axes, n, mean, low, high, int(contexts.sum()), left_out)


def _whole(there: Bools) -> tuple[Bools, Bools]:
    """(contexts, replicates) to keep; there: (pairs, contexts, replicates)."""
    in_all = np.asarray(there.all(axis=0))
    ever = np.asarray(there.any(axis=2).all(axis=0))
    used = np.asarray(there.any(axis=(0, 1)))
    fewer_contexts = np.asarray(in_all[:, used].all(axis=1)), used
    fewer_replicates = ever, np.asarray(in_all[ever].all(axis=0)) & used
    return max(fewer_contexts, fewer_replicates, key=lambda kept: kept[0].sum() * kept[1].sum())


def main_effects(table: Floats, compare: Compare) -> tuple[Means, ...]:
    """Of every factor, in order; see `marginal_means`."""
    found = (marginal_means(table, (axis,), compare) for axis in range(table.ndim - 1))
    return tuple(means for means in found if means)


def interactions(table: Floats, explained: Anova, compare: Compare) -> tuple[Means, ...]:
    """Of every pair of factors, the pair whose interaction explains most first."""
    size = {term.factors: term.ss for term in explained.terms}
    pairs = sorted(combinations(range(table.ndim - 1), 2), key=lambda pair: -size[pair])
    found = (marginal_means(table, pair, compare) for pair in pairs)
    return tuple(means for means in found if means)
