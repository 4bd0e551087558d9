"""Draws `statistics.decay`: a quantity by hidden layer, before and after training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from reports.figures.facets import Facet, Scheme, choosers, facets
from reports.figures.outcomes import hover_name
from reports.figures.palette import look
from reports.figures.records import (
    Chooser,
    Figure,
    Layout,
    Panel,
    Trace,
    band,
    log_axis,
    log_range,
    numbers,
)
from reports.statistics.decay import MULTIPLICATIVE, Profile
from reports.tables import Level, Variant

QUANTITY = "quantity"  # key of the chooser


@dataclass(frozen=True)
class Quantity:
    """How a probed quantity is called in text and in the title of its figure."""

    name: str
    short: str
    title: str


DELTA = Quantity("delta", "mean of ‖∂C/∂z‖", "Gradient that arrives at each hidden layer, ‖∂C/∂z‖")
DELTA_MEAN = Quantity("delta_mean", "‖mean of ∂C/∂z‖ (bias gradient)", "")
WEIGHT = Quantity("weight_grad", "‖∂C/∂W‖", "Gradient of each layer's weights, ‖∂C/∂W‖")
SATURATION = Quantity("saturation", "share", "Saturated units of each hidden layer (share)")

_ABOUT = {
    "delta": "A straight line that falls to the left is a gradient that vanishes by the same "
    "factor in every layer; a flat line reaches the first layer undiminished.",
    "weight_grad": "It can stay level although ‖∂C/∂z‖ vanishes, so it is never read alone "
    "(Glorot & Bengio 2010).",
    "saturation": "Units whose activation hardly changes any more: |tanh| > .95, sigmoid outside "
    "(.05, .95), ReLU = 0, softplus < .05.",
}


def draw(
    view: Scheme, profiles: Sequence[Profile], quantities: Sequence[Quantity], height_px: int
) -> Figure | None:
    """None when nothing of the kind was probed. The first quantity gives name and title."""
    wanted = {quantity.name for quantity in quantities}
    found = [p for p in profiles if p.quantity in wanted and p.hidden >= 1]
    shown = [q for q in quantities if any(p.quantity == q.name for p in found)]
    if not shown:
        return None
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    panels = [panel for q in shown for panel in _panels(view, found, q.name, choose)]
    columns = len(view.plan.factors[view.roles.columns]) if view.roles.columns else 2
    return Figure(
        name=quantities[0].name,
        title=quantities[0].title,
        caption=_caption(found, shown[0].name),
        columns=columns,
        height_px=height_px,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(*choosers(view, choose, deepest(view, found)), *_quantity_chooser(shown)),
        panels=tuple(panels),
    )


def deepest(view: Scheme, found: Sequence[Profile]) -> dict[str, Level]:
    """The level of the x factor with the most hidden layers: there decay shows best."""
    if not view.roles.x:
        return {}
    hidden = {p.variant_id: p.hidden for p in found}
    best = max(view.plan.variants, key=lambda variant: hidden.get(variant.variant_id, 0))
    return {view.roles.x: best.levels[view.roles.x]}


def ends(found: Sequence[Profile]) -> list[int]:
    """The first and the last probed epoch."""
    epochs = {profile.epoch for profile in found}
    return sorted({min(epochs), max(epochs)})


def epoch_text(epoch: int) -> str:
    return "before training" if epoch == 0 else f"after {epoch} epochs"


def _quantity_chooser(shown: Sequence[Quantity]) -> tuple[Chooser, ...]:
    options = tuple((quantity.name, quantity.short) for quantity in shown)
    chosen = shown[0].name
    return (Chooser(QUANTITY, "quantity", options, chosen),) if len(shown) > 1 else ()


def _caption(found: Sequence[Profile], quantity: str) -> str:
    sizes = sorted({n for p in found for n in p.n if n})
    n = f"{sizes[0]}" if sizes[0] == sizes[-1] else f"{sizes[0]} to {sizes[-1]}"
    mean = "geometric mean" if quantity in MULTIPLICATIVE else "mean"
    zeros = quantity in MULTIPLICATIVE and any(sum(p.zeros) for p in found)
    note = " Exact zeros have no place on this scale; panels count them." if zeros else ""
    return (
        f"Line: {mean} over replicates (n = {n}); band: its 95 % t-interval. "
        f"{_ABOUT[quantity]}{note}"
    )


def _panels(
    view: Scheme, found: Sequence[Profile], quantity: str, choose: Sequence[str | None]
) -> list[Panel]:
    of = {(p.epoch, p.variant_id): p for p in found if p.quantity == quantity}
    made = facets(view, (view.roles.columns,), choose)
    grouped = groupby(made, key=lambda facet: tuple(facet.when.items()))
    return [panel for _, group in grouped for panel in _together(view, tuple(group), of, quantity)]


def _together(
    view: Scheme,
    made: Sequence[Facet],
    of: Mapping[tuple[int, str], Profile],
    quantity: str,
) -> list[Panel]:
    """The panels seen at one time: epochs × columns, all on one scale."""
    epochs = ends(list(of.values()))
    wanted = {variant.variant_id for facet in made for variant in facet.variants}
    scale = _scale([p for (_, v), p in of.items() if v in wanted and p.epoch in epochs], quantity)
    return [
        _panel(
            view, facet, {v: p for (e, v), p in of.items() if e == epoch}, epoch, scale, quantity
        )
        for epoch in epochs
        for facet in made
    ]


def _panel(
    view: Scheme, facet: Facet, of: Mapping[str, Profile], epoch: int, scale: Layout, quantity: str
) -> Panel:
    known = [v.variant_id for v in facet.variants if v.variant_id in of]
    sizes = {name: _size(of[name]) for name in known}
    return Panel(
        title=f"{epoch_text(epoch)}{', ' if facet.title else ''}{facet.title}",
        data=_traces(view, facet.variants, of),
        layout=scale,
        when={**facet.when, QUANTITY: quantity},
        note=view.thinned(sizes),
    )


def _size(profile: Profile) -> tuple[int, int]:
    """(smallest n, most zeros) of its hidden layers."""
    return min(profile.n[: profile.hidden]), max(profile.zeros[: profile.hidden])


def _extent(profile: Profile) -> list[float]:
    """What the scale must hold. Not intervals of two replicates, whose t(1) is 12.7."""
    enough = np.array(profile.n) > 2
    parts = (
        profile.mean,
        np.where(enough, profile.low, np.nan),
        np.where(enough, profile.high, np.nan),
    )
    return [float(x) for part in parts for x in part[: profile.hidden]]


def _scale(profiles: Sequence[Profile], quantity: str) -> Layout:
    values = [x for p in profiles for x in _extent(p)]
    layers = max((p.hidden for p in profiles), default=1)
    across = {"title": {"text": "hidden layer (1: next to the input)"},
              "dtick": 1 if layers <= 12 else None, "range": [0.7, layers + 0.3],
              "zeroline": False}  # fmt: skip
    if quantity not in MULTIPLICATIVE:
        return {"xaxis": across, "yaxis": {"range": [-0.04, 1.04], "tickformat": ".0%",
                "zeroline": False}, "hovermode": "x"}  # fmt: skip
    return {"xaxis": across, "yaxis": log_axis(log_range(values)), "hovermode": "x"}


def _traces(
    view: Scheme, variants: Sequence[Variant], of: Mapping[str, Profile]
) -> tuple[Trace, ...]:
    known = [variant for variant in variants if variant.variant_id in of]
    bands = [_band(view, variant, of[variant.variant_id]) for variant in known]
    return (*bands, *(_line(view, variant, of[variant.variant_id]) for variant in known))


def _band(view: Scheme, variant: Variant, profile: Profile) -> Trace:
    place, hidden = view.colour(variant), profile.hidden
    drawn = band(profile.layers[:hidden], profile.low, profile.high, look(place).soft)
    return {**drawn, "legendgroup": str(place)}


def _line(view: Scheme, variant: Variant, profile: Profile) -> Trace:
    place, hidden = view.colour(variant), profile.hidden
    style = look(place)
    factor = f" (× {profile.factor.value:.2g} a layer)" if profile.factor else ""
    return {
        "type": "scatter", "mode": "lines+markers", "legendgroup": str(place),
        "x": list(profile.layers[:hidden]), "y": numbers(profile.mean[:hidden]),
        "customdata": list(profile.n[:hidden]),
        "line": {"color": style.light, "width": 2, "dash": style.dash},
        "marker": {"color": style.light, "size": 7, "symbol": style.symbol},
        "hovertemplate": f"{view.text(view.roles.colour, variant) or hover_name(view, variant)} "
                         f"%{{y:.3g}}, n = %{{customdata}}{factor}<extra></extra>",
    }  # fmt: skip
