"""Draws `decay`: a quantity by hidden layer, before and after training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from types import MappingProxyType

from orchestrator.reports.data.read import Level
from orchestrator.reports.figures.facets import Scheme, choosers
from orchestrator.reports.figures.gradients import profiles as drawing
from orchestrator.reports.figures.gradients.profiles import Strand, epoch_text
from orchestrator.reports.figures.records import Chooser, Figure, Layout, Panel, log_axis, log_range
from orchestrator.reports.statistics.gradients.decay import MULTIPLICATIVE, Profile
from orchestrator.reports.statistics.gradients.theory import Theories, Theory
from orchestrator.reports.text import theory
from orchestrator.reports.text.names import factor_text, level_name

QUANTITY, DIRECTION = "quantity", "direction"  # keys of the choosers
_UNHURT = 0.3  # a total decay that nobody would call one
_HIDDEN = 2.0  # so many times less decay is another finding
_HARDLY = 0.01  # share of saturated units that is not worth a name
NO_THEORY: Mapping[str, Theory] = MappingProxyType({})


@dataclass(frozen=True)
class Quantity:
    """How a probed quantity is called in text and in the title of its figure."""

    name: str
    short: str
    title: str


DELTA = Quantity("delta", "mean of ‖∂C/∂z‖", "Gradient that arrives at each hidden layer, ‖∂C/∂z‖")
DELTA_MEAN = Quantity("delta_mean", "‖mean of ∂C/∂z‖ (bias gradient)", "")
WEIGHT = Quantity("weight_grad", "‖∂C/∂W‖", "Gradient of each layer's weights, ‖∂C/∂W‖")
UPDATE = Quantity("update_ratio", "‖ΔW‖/‖W‖ of the last step", "")
SATURATION = Quantity(
    "saturation", "saturated", "Units of each hidden layer that are saturated or dead (share)"
)
DEAD = Quantity("dead", "dead: zero on every example", "")

_ABOUT = {
    "delta": "A straight line that falls to the left is a gradient that vanishes by the same "
    "factor in every layer; a flat line reaches the first layer undiminished.",
    "weight_grad": "∂C/∂W of a layer is its ∂C/∂z times the activations that enter it. Where "
    "activations shrink on their way forwards as ∂C/∂z does on its way back (tanh, ReLU), the "
    "product is about the same in all layers although ∂C/∂z vanishes (Glorot & Bengio 2010, eq. "
    "14); the activations of sigmoids stay near ½, and it falls with ∂C/∂z. So it is never read "
    "alone.",
    "update_ratio": "What the layer really learns: under Adam it differs from the gradient.",
    "saturation": "Units whose activation hardly changes any more: |tanh| > .95, sigmoid outside "
    "(.05, .95), ReLU = 0, softplus < .05.",
}


def draw(
    view: Scheme,
    profiles: Sequence[Profile],
    quantities: Sequence[Quantity],
    height_px: int,
    theories: Theories | None = None,
    backward: Sequence[Profile] = (),
) -> Figure | None:
    """None where no network has hidden layers. The first quantity gives name and title.

    backward: the same of the other direction of recurrent layers.
    """
    wanted = {quantity.name for quantity in quantities}
    found = [p for p in profiles if p.quantity in wanted and p.inner]
    ways = {"forward": found}
    ways |= {"backward": opposite} if (opposite := [p for p in backward if p.inner]) else {}
    shown = [q for q in quantities if any(p.quantity == q.name for p in found)]
    if not shown:
        return None
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    return Figure(
        name=quantities[0].name,
        title=quantities[0].title,
        caption=_caption(view, found, shown[0].name, theories),
        columns=len(view.levels(view.roles.columns)) if view.roles.columns else 2,
        height_px=height_px,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(
            *choosers(view, choose, deepest(view, found, choose)),
            *_chooser(QUANTITY, [(quantity.name, quantity.short) for quantity in shown]),
            *_chooser(DIRECTION, [(way, way) for way in ways]),
        ),
        panels=tuple(
            panel
            for q in shown
            for way, of in ways.items()
            for panel in _panels(view, of, {QUANTITY: q.name, DIRECTION: way}, choose, theories)
        ),
        lesson=_lesson(view, profiles, shown[0].name, theories),
        scale="log" if shown[0].name in MULTIPLICATIVE else "",
        arrangement=drawing.ARRANGEMENT,
    )


def _lesson(
    view: Scheme, found: Sequence[Profile], quantity: str, theories: Theories | None
) -> str:
    if quantity == WEIGHT.name:
        return _flat(view, found)
    if quantity == SATURATION.name:
        return _fullest(view, [p for p in found if p.quantity == quantity and p.inner])
    if theories is None or quantity != DELTA.name:
        return ""
    return theory.told(view, [p for p in found if p.quantity == quantity], theories, "depth")


def _flat(view: Scheme, found: Sequence[Profile]) -> str:
    """Where before training the weights' gradient hides most of the decay of ‖∂C/∂z‖."""
    start = min(p.epoch for p in found)
    totals = {(p.variant_id, p.quantity): p.total.value for p in found
              if p.epoch == start and p.total}  # fmt: skip
    wanted = ("delta", "weight_grad")
    pairs = {
        v.variant_id: tuple(totals[v.variant_id, q] for q in wanted)
        for v in view.plan.variants
        if all((v.variant_id, q) in totals for q in wanted)
    }
    vanishing = {name: pair for name, pair in pairs.items() if pair[0] < 1}
    if not vanishing:
        return ""
    most = max(vanishing, key=lambda name: vanishing[name][1] / vanishing[name][0])
    delta, weight = vanishing[most]
    where = f"With {view.titles[most]}, " if view.plan.factors else ""
    text = (
        f"{where}{epoch_text(start)}, the first hidden layer's ‖∂C/∂z‖ is {factor_text(delta)} "
        f"times the last one's, {_of_weights(delta, weight)}"
    )
    return f"{text[0].upper()}{text[1:]}."


def _of_weights(delta: float, weight: float) -> str:
    """Whether the weights' gradient hides the decay."""
    if weight < _HIDDEN * delta:
        return f"and its weight gradient {factor_text(weight)} times: both show the decay"
    hides = ": who looks at weights alone sees hardly any decay" if weight > _UNHURT else ""
    return f"but its weight gradient {factor_text(weight)} times{hides}"


def _fullest(view: Scheme, found: Sequence[Profile]) -> str:
    """The layer with most saturated units at each end of training."""
    parts = []
    for epoch in drawing.ends(p.epoch for p in found):
        here = [p for p in found if p.epoch == epoch]
        most = max(here, key=lambda p: float(p.mean[: p.inner].max()))
        parts += [f"{epoch_text(epoch)} {_saturated(view, most)}"]
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts)


def _saturated(view: Scheme, most: Profile) -> str:
    layer = int(most.mean[: most.inner].argmax())
    share = float(most.mean[layer])
    if share < _HARDLY:
        least = f" (at most {100 * share:.1g} % of a layer)" if share else ""
        return f"{'hardly any' if share else 'no'} unit is saturated{least}"
    where = f" with {view.titles[most.variant_id]}" if view.plan.factors else ""
    place = f"in hidden layer {most.layers[layer]}{where}"
    return f"the largest share of saturated units is {100 * share:.0f} %, {place}"


def deepest(
    view: Scheme, found: Sequence[Profile], choose: Sequence[str | None]
) -> dict[str, Level]:
    """There decay shows best."""
    return view.with_most({p.variant_id: p.hidden for p in found}, choose)


def _chooser(key: str, options: Sequence[tuple[str, str]]) -> tuple[Chooser, ...]:
    return (Chooser(key, key, tuple(options), options[0][0]),) if len(options) > 1 else ()


def _caption(
    view: Scheme, found: Sequence[Profile], quantity: str, theories: Theories | None
) -> str:
    drawn = [strand_of(p) for p in found]
    mean = "geometric mean" if quantity in MULTIPLICATIVE else "mean"
    zeros = quantity in MULTIPLICATIVE and any(sum(strand.zeros) for strand in drawn)
    note = " Exact zeros have no place on this scale; panels count them." if zeros else ""
    return (
        f"Line: {mean} over replicates (n = {drawing.sizes_text(drawn)}); band: its 95 % "
        f"t-interval. Layer 1 is next to the input. {_ABOUT[quantity]}{note}{_without(view, found)}"
        f"{theory.caption(theories, 'depth') if theories else ''}"
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
    view: Scheme,
    found: Sequence[Profile],
    when: Mapping[str, str],
    choose: Sequence[str | None],
    theories: Theories | None,
) -> list[Panel]:
    quantity = when[QUANTITY]
    expected = theories.by_axis["depth"] if theories and quantity == DELTA.name else {}
    drawn = [strand_of(p, expected) for p in found if p.quantity == quantity]

    def axes(seen: Sequence[Strand]) -> Layout:
        return _axes(seen, quantity)

    return drawing.panels(view, drawn, choose, axes, when)


def strand_of(profile: Profile, expected: Mapping[str, Theory] = NO_THEORY) -> Strand:
    """The hidden layers of a profile; theory speaks of them before training."""
    inner = slice(profile.inner)
    theory = expected.get(profile.variant_id) if profile.epoch == 0 else None
    factor = f" (× {profile.factor.value:.2g} a layer)" if profile.factor else ""
    return Strand(
        profile.variant_id, profile.epoch, profile.layers[inner],
        names=_escaped(profile.sites[inner]),
        n=profile.n[inner], zeros=profile.zeros[inner],
        mean=profile.mean[inner], low=profile.low[inner], high=profile.high[inner], about=factor,
        theory=theory.expected[inner] if theory else None,
    )  # fmt: skip


@lru_cache
def _escaped(names: tuple[str, ...]) -> tuple[str, ...]:
    """Thousands of strands have the same."""
    return tuple(map(escape, names))


def _axes(seen: Sequence[Strand], quantity: str) -> Layout:
    layers = max((strand.x[-1] for strand in seen), default=1)
    across = {"title": {"text": "hidden layer"},
              "dtick": 1 if layers <= 12 else None, "range": [0.7, layers + 0.3],
              "zeroline": False}  # fmt: skip
    if quantity not in MULTIPLICATIVE:
        return {"xaxis": across, "yaxis": {"range": [-0.04, 1.04], "tickformat": ".0%",
                "zeroline": False}, "hovermode": "x"}  # fmt: skip
    scale = log_axis(log_range(drawing.extent(seen)))
    return {"xaxis": across, "yaxis": scale, "hovermode": "x"}
