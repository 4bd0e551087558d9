"""decay.parquet: the decay of every trial at every probe, by a straight line through logarithms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestrator.plan_document import Level, PlanDocument
from orchestrator.reports.statistics.gradients.directions import BACKWARD, through_depth
from orchestrator.reports.statistics.intervals import Floats

DECAYS = ("delta", "delta_mean", "weight_grad", "hidden_grad", "cell_grad")  # multiplicative
SMALLEST = float(np.finfo(np.float32).tiny)  # of the numbers that training runs in
HIDDEN = "hidden"  # site_group of all hidden layers
SMOOTH = ("sigmoid", "tanh", "softplus", "identity")  # whose gradient is never exactly zero
COLUMNS = (
    *("trial_id", "epoch", "axis", "site_group", "quantity"),
    *("factor", "total", "half_life", "fit_r2", "underflow"),
)
Group = tuple[str, str, str]  # axis, site group, quantity


def fits(gradients: pd.DataFrame) -> pd.DataFrame:
    """One row a variant, replicate, epoch, axis, site_group and quantity, with the numbers below.

    gradients: variant_id, replicate, epoch, axis, site, position, quantity, value.

    The range of a fit, always away from the loss:
        depth: all hidden layers, from the last to the first; site_group "hidden", of recurrent
            layers in the forward direction; through the backward one "backward".
        time: all lags above 0 (the last state also feeds the output); site_group is the layer and
            direction, "forward.0".
    factor: exp(slope), by layer or step. total: the last value of the range over the first.
    half_life: ln ½ / ln factor, in layers or steps; NaN where the factor is not below 1.
    fit_r2: NaN below three points. zeros: places in the range that are exactly zero; tiny: that
        are not, but below the smallest 32-bit number of full precision.

    Answers: by which factor does one layer (or step) change the gradient in this one trial?
    Assumes: log gradient is about linear in the layer or lag.
    Misleads: where fit_r2 is low: one factor then hides a bend. Zeros are left out of the fit, so
        that a trial with some has decayed more than its factor says.
    Source: least squares; Glorot & Bengio 2010, Pascanu et al. 2013 for what is fitted.
    """
    tables = [_fit(*group) for group in _ranges(gradients)]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_FITTED)


def decay_table(fitted: pd.DataFrame, plan: PlanDocument) -> pd.DataFrame:
    """decay.parquet: `COLUMNS`."""
    ids = {variant.variant_id: variant.trials for variant in plan.variants}
    pairs = zip(fitted["variant_id"], fitted["replicate"], strict=True)
    return fitted.assign(
        trial_id=[str(ids[variant][int(replicate)]) for variant, replicate in pairs],
        underflow=underflow(fitted, plan),
    )[list(COLUMNS)]


@dataclass(frozen=True)
class Underflow:
    """Where gradients became too small for 32-bit numbers."""

    variants: tuple[str, ...]  # ids, in the order of the plan
    axes: tuple[str, ...]  # depth, time


def underflows(fitted: pd.DataFrame, plan: PlanDocument) -> Underflow:
    """Both are empty where no gradient did; fitted: of `fits`."""
    below = fitted[underflow(fitted, plan)]
    hit, axes = set(below["variant_id"]), set(below["axis"])
    return Underflow(
        tuple(v.variant_id for v in plan.variants if v.variant_id in hit),
        tuple(axis for axis in ("depth", "time") if axis in axes),
    )


def underflow(fitted: pd.DataFrame, plan: PlanDocument) -> "pd.Series[bool]":
    """Whether 32-bit numbers ran out of digits on the way.

    A value below the smallest of full precision has lost some; an exact zero all of them, where the
    network can have none otherwise.
    """
    never = (fitted["axis"] + fitted["variant_id"]).isin(_without_zeros(plan))
    return (fitted["tiny"] > 0) | ((fitted["zeros"] > 0) & never)


_TRIAL = ["variant_id", "replicate", "epoch"]
_FITTED = [*_TRIAL, *COLUMNS[2:9], "zeros", "tiny"]


def _ranges(gradients: pd.DataFrame) -> Iterator[tuple[Group, pd.DataFrame]]:
    """(trials × epochs, places) of each group, in the order away from the loss; NaN: no value."""
    rows = gradients[gradients["quantity"].isin(DECAYS)]
    time = rows[rows["axis"] == "time"]
    parts = [
        time.assign(x=time["position"], site_group=time["site"]),
        _away(through_depth(rows)).assign(site_group=HIDDEN),
        _away(through_depth(rows, backward=True)).assign(site_group=BACKWARD),
    ]
    ranged = pd.concat([part[part["x"] > 0] for part in parts if len(part)] or parts[:1])
    for (axis, group, quantity), part in ranged.groupby(["axis", "site_group", "quantity"]):
        table = part.pivot(index=_TRIAL, columns="x", values="value")
        yield (str(axis), str(group), str(quantity)), table.astype(float)


def _away(depth: pd.DataFrame) -> pd.DataFrame:
    """With x, layers from the output, which is the last one."""
    output = depth.groupby("variant_id")["position"].transform("max")
    return depth.assign(x=output - depth["position"])


def _fit(group: Group, table: pd.DataFrame) -> pd.DataFrame:
    """The lines of all trials at once; those with fewer than two places have none."""
    table = table[table.count(axis=1) >= 2]
    axis, site_group, quantity = group
    values = table.to_numpy()
    slope, r2 = lines(np.asarray(table.columns, dtype=float), _logs(values))
    return table.index.to_frame(index=False).assign(
        axis=axis, site_group=site_group, quantity=quantity, factor=np.exp(slope),
        total=_last_over_first(values), half_life=_half_lives(slope), fit_r2=r2,
        zeros=(values == 0).sum(axis=1), tiny=((values > 0) & (values < SMALLEST)).sum(axis=1),
    )  # fmt: skip


def _logs(values: Floats) -> Floats:
    """NaN where there is none."""
    return np.log(np.where(values > 0, values, np.nan))


def lines(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """slope and R² of each row of y, (rows, places), by x, (places,); NaN places are left out."""
    known = np.isfinite(y)
    n = known.sum(axis=1)
    dx = np.where(known, x - _mean(np.where(known, x, 0.0), n), 0.0)
    dy = np.where(known, y - _mean(np.where(known, y, 0.0), n), 0.0)
    xx, xy, yy = ((a * b).sum(axis=1) for a, b in ((dx, dx), (dx, dy), (dy, dy)))
    slope = _ratio(xy, xx, n >= 2)
    return slope, _ratio(xy**2, xx * yy, (n >= 3) & (yy > 0))


def _mean(values: Floats, n: NDArray[np.int64]) -> Floats:
    return np.asarray(values.sum(axis=1) / np.maximum(n, 1))[:, None]


def _ratio(a: Floats, b: Floats, where: NDArray[np.bool_]) -> Floats:
    return np.asarray(np.divide(a, b, out=np.full(len(a), np.nan), where=where))


def _last_over_first(values: Floats) -> Floats:
    """NaN where one of the two is zero."""
    known = np.isfinite(values)
    row, width = np.arange(len(values)), values.shape[1]
    last = values[row, width - 1 - known[:, ::-1].argmax(axis=1)]
    first = values[row, known.argmax(axis=1)]
    return _ratio(last, first, (last > 0) & (first > 0))


def _half_lives(slope: Floats) -> Floats:
    return _ratio(np.full(len(slope), np.log(0.5)), slope, slope < 0)


def _without_zeros(plan: PlanDocument) -> set[str]:
    """axis + variant id where an exact zero can only be an underflow."""
    return {
        axis + variant.variant_id
        for variant in plan.variants
        for axis in ("depth", "time")
        if never_zero({**plan.fixed, **variant.settings}, axis)
    }


def never_zero(settings: Mapping[str, Level], axis: str) -> bool:
    """Not of ReLU, whose dead units have none; nor of a gradient that is cut on purpose."""
    if axis == "time" and settings.get("model.bptt_steps") is not None:
        return False
    gated = settings.get("model.cell") in ("lstm", "gru")
    return gated or settings.get("model.activation") in SMOOTH
