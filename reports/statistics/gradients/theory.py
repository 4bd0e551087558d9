"""Mean-field theory laid over what was measured before training, where it holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from orchestrator.plan_document import Level, PlanDocument
from orchestrator.reports.statistics.gradients.directions import through_depth
from orchestrator.reports.statistics.gradients.fits import HIDDEN, lines
from orchestrator.reports.statistics.gradients.geometric import DRAWN_FROM, Estimate, Key, estimates
from orchestrator.reports.statistics.gradients.mean_field import (
    ACTIVATIONS,
    recurrent_factor,
    relative_delta,
)
from orchestrator.reports.statistics.intervals import Floats

Settings = Mapping[str, Level]
Kind = Literal[
    "log_linear", "chain", "convnet", "window_tagger", "recurrent", "own_model", "gates", "stacked",
    "pooled", "cut", "identity", "activation", "not_recorded",
]  # fmt: skip
_OTHER_MODELS: Mapping[Level, Kind] = {
    "log_linear": "log_linear", "chain": "chain", "convnet": "convnet",
    "window_tagger": "window_tagger", "recurrent": "recurrent",
}  # fmt: skip
FORWARD = "forward.0"  # the only layer of a plain RNN, in the direction that ends at the loss


@dataclass(frozen=True)
class Reason:
    """Why theory does not speak of a network."""

    kind: Kind
    activation: Level = None  # of the kind "activation": one without a formula


@dataclass(frozen=True)
class Theory:
    """One variant before training; geometric means over the replicates' own weights."""

    variant_id: str
    axis: str  # depth | time
    places: tuple[int, ...]  # layers with the output, or lags
    expected: Floats  # of delta or hidden_grad at each place; begins at the measured loss end
    factor: float | None  # expected per layer or step; None with one hidden layer
    measured: Estimate | None

    @property
    def deviation(self) -> float | None:
        """measured / expected − 1."""
        if self.factor is None or self.measured is None:
            return None
        return self.measured.value / self.factor - 1

    @property
    def in_band(self) -> bool:
        """Whether the expected factor lies in the 95 % interval of the measured one."""
        if self.factor is None or self.measured is None or self.measured.low is None:
            return False
        return self.measured.low <= self.factor <= (self.measured.high or 0.0)


@dataclass(frozen=True)
class Theories:
    """by_axis: depth | time → variant id → Theory. reasons: the same → why others have none."""

    by_axis: Mapping[str, Mapping[str, Theory]]
    reasons: Mapping[str, tuple[Reason, ...]]


def theories(plan: PlanDocument, gradients: pd.DataFrame, fitted: pd.DataFrame) -> Theories:
    """What theory expects of every variant it speaks of, at epoch 0.

    gradients: as read; needs the rows of the quantities `weight_variance`, `bias_variance`,
        `second_moment` (and their recurrent sisters).
    fitted: of `fits.fits`.

    Answers: does the gradient shrink as it should in a wide random network?
    Assumes: what `mean_field.relative_delta` and `mean_field.recurrent_factor` assume.
    Misleads: as they do. A narrow network may scatter around the theory without contradicting it:
        look whether theory lies in the band of the replicates.
    Source: Poole et al. 2016; Schoenholz et al. 2017; Chen, Pennington & Schoenholz 2018.
    """
    start = gradients[gradients["epoch"] == 0]
    found = {axis: _of_axis(axis, plan, start, fitted) for axis in _LIMITS}
    return Theories(
        {axis: {t.variant_id: t for t in made} for axis, (made, _) in found.items()},
        {axis: reasons for axis, (_, reasons) in found.items()},
    )


def _of_axis(
    axis: str, plan: PlanDocument, start: pd.DataFrame, fitted: pd.DataFrame
) -> tuple[list[Theory], tuple[Reason, ...]]:
    tables = _tables(_rows(start, axis))
    factors = estimates(fitted[_is_main(fitted, axis)], ["variant_id"], "factor")
    made: list[Theory] = []
    reasons: list[Reason] = []
    for variant in plan.variants:
        rows = tables.get(variant.variant_id, {})
        if _MEASURED[axis] not in rows:
            continue
        settings = {**plan.fixed, **variant.settings}
        reason = _LIMITS[axis](settings)
        expected = None if reason else _EXPECTED[axis](settings, rows)
        if expected is None:
            reasons.append(reason or Reason("not_recorded"))
        else:
            made.append(_theory(variant.variant_id, axis, expected, factors))
    return made, tuple(dict.fromkeys(reasons))


_MEASURED = {"depth": "delta", "time": "hidden_grad"}


@dataclass(frozen=True)
class _Grid:
    """One quantity of one variant: (replicates, places), of the places that all replicates have."""

    places: tuple[int, ...]
    values: Floats

    @property
    def first(self) -> Floats:
        """(replicates,)."""
        return self.values[:, 0]


Rows = Mapping[str, _Grid]  # by quantity


def _rows(start: pd.DataFrame, axis: str) -> pd.DataFrame:
    if axis == "depth":
        return through_depth(start)
    return start[(start["axis"] == axis) & start["site"].isin([FORWARD, "input"])]


def _tables(rows: pd.DataFrame) -> dict[str, dict[str, _Grid]]:
    """variant id → quantity → grid."""
    wanted = rows[rows["quantity"].isin((*_MEASURED.values(), *DRAWN_FROM))]
    found: dict[str, dict[str, _Grid]] = {}
    for quantity, part in wanted.groupby("quantity"):
        table = part.pivot(index=["variant_id", "replicate"], columns="position", values="value")
        for variant, grid in _split(table):
            found.setdefault(variant, {})[str(quantity)] = grid
    return found


def _split(table: pd.DataFrame) -> Iterator[tuple[str, _Grid]]:
    """table: sorted by variant."""
    places, values = table.columns.to_numpy(), table.to_numpy(dtype=float)
    variants, starts = np.unique(table.index.get_level_values(0), return_index=True)
    for variant, block in zip(variants, np.split(values, starts[1:]), strict=True):
        whole = np.isfinite(block).all(axis=0)
        yield str(variant), _Grid(tuple(int(p) for p in places[whole]), block[:, whole])


def _is_main(fitted: pd.DataFrame, axis: str) -> "pd.Series[bool]":
    """Rows of the quantity and place that theory speaks of."""
    group = {"depth": HIDDEN, "time": FORWARD}[axis]
    main = (fitted["site_group"] == group) & (fitted["quantity"] == _MEASURED[axis])
    return main & (fitted["epoch"] == 0)


@dataclass(frozen=True)
class _Expected:
    places: tuple[int, ...]
    values: Floats  # (replicates, places)
    factors: Floats  # (replicates,)


def _theory(
    variant: str, axis: str, expected: _Expected, factors: Mapping[Key, Estimate]
) -> Theory:
    factor = float(np.exp(np.log(expected.factors).mean())) if expected.factors.size else None
    mean = np.exp(np.log(expected.values).mean(axis=0))
    return Theory(variant, axis, expected.places, mean, factor, factors.get((variant,)))


def _depth_limit(settings: Settings) -> Reason | None:
    """Why theory does not speak of this network through depth; None where it does."""
    model = settings.get("model.name")
    if model != "mlp":
        return Reason(_OTHER_MODELS.get(model, "own_model"))
    if settings.get("model.depth") == 0:
        return Reason("log_linear")
    return _activation_limit(settings)


def _time_limit(settings: Settings) -> Reason | None:
    """The same through time."""
    if settings.get("model.name") != "recurrent":
        return Reason("own_model")
    if settings.get("model.cell") != "rnn":
        return Reason("gates")
    if settings.get("model.layers", 1) != 1:
        return Reason("stacked")
    if settings.get("model.pooling", "last") != "last":
        return Reason("pooled")
    if settings.get("model.bptt_steps") is not None:
        return Reason("cut")
    if settings.get("model.recurrent_init.scheme") == "identity":
        return Reason("identity")
    return _activation_limit(settings)


def _activation_limit(settings: Settings) -> Reason | None:
    activation = settings.get("model.activation")
    return None if activation in ACTIVATIONS else Reason("activation", activation)


def _depth(settings: Settings, rows: Rows) -> _Expected | None:
    if not {"weight_variance", "bias_variance", "second_moment"} <= rows.keys():
        return None
    layers, delta = rows["delta"].places, rows["delta"].values
    usable = delta[:, -1] > 0
    relative = relative_delta(
        str(settings["model.activation"]),
        rows["second_moment"].first[usable],
        rows["weight_variance"].values[usable],
        rows["bias_variance"].values[usable],
    )
    if not relative.size:
        return None
    slopes, _ = lines(-np.asarray(layers[:-1], dtype=float), np.log(relative[:, :-1]))
    return _Expected(layers, delta[usable, -1:] * relative, np.exp(slopes[np.isfinite(slopes)]))


def _time(settings: Settings, rows: Rows) -> _Expected | None:
    names = ("recurrent_weight_variance", "input_weight_variance", "bias_variance", "second_moment")
    if not {*names} <= rows.keys():
        return None
    lags, gradient = rows["hidden_grad"].places, rows["hidden_grad"].values
    usable = gradient[:, 0] > 0
    recurrent, inputs, biases, moment = (rows[name].first[usable] for name in names)
    activation = str(settings["model.activation"])
    factors = recurrent_factor(activation, recurrent, inputs * moment + biases)
    if not factors.size:
        return None
    return _Expected(lags, gradient[usable, :1] * factors[:, None] ** np.asarray(lags), factors)


_LIMITS: Mapping[str, Callable[[Settings], Reason | None]] = {
    "depth": _depth_limit,
    "time": _time_limit,
}
_EXPECTED: Mapping[str, Callable[[Settings, Rows], _Expected | None]] = {
    "depth": _depth,
    "time": _time,
}


def deviations(found: Sequence[Theory]) -> list[float]:
    """Of all variants that have one, smallest first."""
    return sorted(t.deviation for t in found if t.deviation is not None)
