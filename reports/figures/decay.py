"""Draws `statistics.decay`: a quantity by hidden layer, before and after training."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from reports.figures import strands
from reports.figures.facets import Scheme, choosers
from reports.figures.records import Chooser, Figure, Layout, Panel, log_axis, log_range
from reports.figures.strands import Strand
from reports.names import level_name
from reports.statistics.decay import MULTIPLICATIVE, Profile
from reports.tables import Level

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
    """None where no network has hidden layers. The first quantity gives name and title."""
    wanted = {quantity.name for quantity in quantities}
    found = [p for p in profiles if p.quantity in wanted and p.inner]
    shown = [q for q in quantities if any(p.quantity == q.name for p in found)]
    if not shown:
        return None
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    return Figure(
        name=quantities[0].name,
        title=quantities[0].title,
        caption=_caption(view, found, shown[0].name),
        columns=len(view.levels(view.roles.columns)) if view.roles.columns else 2,
        height_px=height_px,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(*choosers(view, choose, _deepest(view, found)), *_quantity_chooser(shown)),
        panels=tuple(panel for q in shown for panel in _panels(view, found, q.name, choose)),
    )


def _deepest(view: Scheme, found: Sequence[Profile]) -> dict[str, Level]:
    """There decay shows best."""
    return view.x_with_most({p.variant_id: p.hidden for p in found})


def _quantity_chooser(shown: Sequence[Quantity]) -> tuple[Chooser, ...]:
    options = tuple((quantity.name, quantity.short) for quantity in shown)
    chosen = shown[0].name
    return (Chooser(QUANTITY, "quantity", options, chosen),) if len(shown) > 1 else ()


def _caption(view: Scheme, found: Sequence[Profile], quantity: str) -> str:
    drawn = [_strand(p) for p in found]
    mean = "geometric mean" if quantity in MULTIPLICATIVE else "mean"
    zeros = quantity in MULTIPLICATIVE and any(sum(strand.zeros) for strand in drawn)
    note = " Exact zeros have no place on this scale; panels count them." if zeros else ""
    return (
        f"Line: {mean} over replicates (n = {strands.sizes_text(drawn)}); band: its 95 % "
        f"t-interval. {_ABOUT[quantity]}{note}{_without(view, found)}"
    )


def _without(view: Scheme, found: Sequence[Profile]) -> str:
    """Levels of the legend that have no line anywhere, as their networks have no hidden layer."""
    path, drawn = view.roles.colour, {p.variant_id for p in found}
    if not path:
        return ""
    here = {view.level(path, v) for v in view.plan.variants if v.variant_id in drawn}
    gone = [level for level in view.levels(path) if level not in here]
    named = ", ".join(level_name(view.names[path], level) for level in gone)
    return f" Without a line, for want of such layers or of measurements: {named}." if gone else ""


def _panels(
    view: Scheme, found: Sequence[Profile], quantity: str, choose: Sequence[str | None]
) -> list[Panel]:
    drawn = [_strand(p) for p in found if p.quantity == quantity]

    def axes(seen: Sequence[Strand]) -> Layout:
        return _axes(seen, quantity)

    return strands.panels(view, drawn, choose, axes, {QUANTITY: quantity})


def _strand(profile: Profile) -> Strand:
    """The hidden layers of a profile."""
    inner = slice(profile.inner)
    factor = f" (× {profile.factor.value:.2g} a layer)" if profile.factor else ""
    return Strand(
        profile.variant_id, profile.epoch, profile.layers[inner],
        names=tuple(escape(site) for site in profile.sites[inner]),
        n=profile.n[inner], zeros=profile.zeros[inner],
        mean=profile.mean[inner], low=profile.low[inner], high=profile.high[inner], about=factor,
    )  # fmt: skip


def _axes(seen: Sequence[Strand], quantity: str) -> Layout:
    layers = max((strand.x[-1] for strand in seen), default=1)
    across = {"title": {"text": "hidden layer (1: next to the input)"},
              "dtick": 1 if layers <= 12 else None, "range": [0.7, layers + 0.3],
              "zeroline": False}  # fmt: skip
    if quantity not in MULTIPLICATIVE:
        return {"xaxis": across, "yaxis": {"range": [-0.04, 1.04], "tickformat": ".0%",
                "zeroline": False}, "hovermode": "x"}  # fmt: skip
    scale = log_axis(log_range(strands.extent(seen)))
    return {"xaxis": across, "yaxis": scale, "hovermode": "x"}
