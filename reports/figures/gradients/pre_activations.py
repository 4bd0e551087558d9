"""Draws `layer_quantiles` of z below the activation function that takes it, and its slope."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from orchestrator.plan_document import Level
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.gradients.profiles import NOTHING
from orchestrator.reports.figures.palette import INK, look
from orchestrator.reports.figures.records import Figure, Layout, Panel, Trace, numbers
from orchestrator.reports.statistics.gradients.layer_quantiles import PRE_ACTIVATION, LayerQuantiles
from orchestrator.reports.statistics.gradients.mean_field import ACTIVATIONS
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.text.captions.gradients import pre_activations as words
from orchestrator.reports.text.phrases import epoch_text

LOW, LOWER, MIDDLE, UPPER, HIGH = PRE_ACTIVATION
_POINTS = 49  # of a curve
_NEAREST, _FARTHEST = 3.0, 12.0  # |z| that is drawn at least and at most
_TOP = 1.25  # of the axis of φ
_CLOSEST = 0.3  # between two layers, on the axis of φ
_MOST_NAMED = 8  # layers with a label of their own


def draw(view: Scheme, found: Sequence[LayerQuantiles]) -> Figure | None:
    """None where no pre-activation was measured."""
    if not found:
        return None
    choose = (view.roles.x, view.roles.columns, view.roles.rows, *view.roles.rest)
    made = facets(view, (view.roles.colour,), choose)
    return Figure(
        name="pre_activations",
        title=words.TITLE,
        caption=words.caption(found),
        columns=_columns(_most_beside(made)),
        height_px=330,
        legend_title="",
        legend=(),
        choosers=choosers(view, choose, _opens_on(view, found)),
        panels=tuple(_panel(view, facet, found) for facet in made),
        lesson=words.lesson(view.plan, found),
        arrangement=view.each_alone,
    )


def _opens_on(view: Scheme, found: Sequence[LayerQuantiles]) -> Mapping[str, Level]:
    """The variant of which the sentence speaks first."""
    flat = words.flattest(found, min(each.epoch for each in found))
    by_id = {variant.variant_id: variant for variant in view.plan.variants}
    return by_id[flat[-1].variant_id].levels if flat else {}


def _most_beside(made: Sequence[Facet]) -> int:
    """Panels that are seen together."""
    return max(Counter(tuple(facet.when.items()) for facet in made).values())


def _columns(panels: int) -> int:
    """So that no row is left nearly empty."""
    return 3 if panels in (5, 6, 9) else min(max(panels, 2), 4)


def _panel(view: Scheme, facet: Facet, found: Sequence[LayerQuantiles]) -> Panel:
    variant = facet.variants[0]
    mine = [each for each in found if each.variant_id == variant.variant_id]
    shown = [each for each in mine if each.epoch in first_and_last(each.epoch for each in mine)]
    title = facet.title or view.hover_name(variant)
    if not shown:
        return Panel(title, (), _axes(1.0, _TOP, {}), facet.when, NOTHING, facet.places)
    far = _reach(shown)
    colour = look(view.colour(variant)).light
    curves, foot = _curves(shown[0].activation, far, colour)
    layers = shown[0].layers
    step = min(_CLOSEST, (_TOP - foot) / len(layers))
    heights = {layer: foot - (place + 0.8) * step for place, layer in enumerate(layers)}
    bars = [trace for spread in shown for trace in _bars(spread, heights, colour, step)]
    own = {"legendgroup": str(view.colour(variant)), **view.tag(variant)}
    traces, layout = tuple(trace | own for trace in (*curves, *bars)), _axes(far, foot, heights)
    return Panel(title, traces, layout, facet.when, _missing(shown, found), facet.places)


def _reach(shown: Sequence[LayerQuantiles]) -> float:
    """|z| at the edge of the panel."""
    farthest = max(float(np.nanmax(np.abs([each.of[LOW], each.of[HIGH]]))) for each in shown)
    return float(np.clip(1.1 * farthest, _NEAREST, _FARTHEST))


def _curves(activation: str | None, far: float, colour: str) -> tuple[list[Trace], float]:
    """φ and φ' from −far to far, and the height below which there is room."""
    if activation is None:
        return [], 0.0
    z = np.sort([*np.linspace(-far, far, _POINTS), -1e-3, 1e-3])  # the corner of ReLU is sharp
    function = ACTIVATIONS[activation]
    drawn = [
        _curve(z, function.phi(z), f"{activation}(z)", colour, "solid"),
        _curve(z, function.slope(z), f"{activation}′(z)", colour, "dash"),
    ]
    return drawn, -1.15 if activation in ("tanh", "identity") else -0.15


def _curve(z: Floats, values: Floats, name: str, colour: str, dash: str) -> Trace:
    return {
        "type": "scatter", "mode": "lines", "x": numbers(z, 3), "y": numbers(values, 3),
        "line": {"color": colour, "width": 2, "dash": dash},
        "hovertemplate": f"{name} = %{{y:.3g}} at z = %{{x:.2g}}<extra></extra>",
    }  # fmt: skip


def _missing(shown: Sequence[LayerQuantiles], found: Sequence[LayerQuantiles]) -> str:
    """A note where there is less to see than of others, as of a variant that diverged."""
    wanted = first_and_last(each.epoch for each in found)
    return words.unmeasured(sorted({*wanted} - {each.epoch for each in shown}))


def _bars(
    spread: LayerQuantiles, heights: Mapping[int, float], colour: str, step: float
) -> tuple[Trace, Trace, Trace]:
    """Before training above the height of the layer and in ink, later below it and in colour."""
    begun = spread.epoch == 0
    colour, shift = (INK[0], 0.21 * step) if begun else (colour, -0.21 * step)
    at = [heights[layer] + shift for layer in spread.layers]
    return (
        _ranges(spread, at, (LOW, HIGH), colour, 1.5),
        _ranges(spread, at, (LOWER, UPPER), colour, 5),
        _medians(spread, at, colour),
    )


def _ranges(
    spread: LayerQuantiles, at: Sequence[float], of: tuple[str, str], colour: str, width: float
) -> Trace:
    """One line a layer, with gaps between them."""
    between = np.full(len(at), np.nan)
    x = np.column_stack([spread.of[of[0]], spread.of[of[1]], between]).ravel()
    y = np.column_stack([at, at, between]).ravel()
    return {
        "type": "scatter", "mode": "lines", "x": numbers(x, 3), "y": numbers(y, 4),
        "line": {"color": colour, "width": width}, "hoverinfo": "skip",
    }  # fmt: skip


def _medians(spread: LayerQuantiles, at: Sequence[float], colour: str) -> Trace:
    sites = map(escape, spread.sites)
    ends_ = (numbers(spread.of[name], 2) for name in (LOW, HIGH))
    return {
        "type": "scatter", "mode": "markers", "x": numbers(spread.of[MIDDLE], 3),
        "y": numbers(at, 4), "customdata": list(zip(sites, spread.n, *ends_, strict=True)),
        "hovertemplate": f"%{{customdata[0]}}, {epoch_text(spread.epoch)}: 5 % of z below "
                         "%{customdata[2]}, half below %{x:.2g}, 5 % above %{customdata[3]}; "
                         "n = %{customdata[1]}<extra></extra>",
        "marker": {"color": colour, "size": 9, "symbol": "line-ns-open",
                   "line": {"width": 2, "color": colour}},
    }  # fmt: skip


def _axes(far: float, foot: float, heights: Mapping[int, float]) -> Layout:
    ticks = [0.0, 0.5, 1.0] if foot > -1 else [-1.0, 0.0, 1.0]
    every = -(-len(heights) // _MOST_NAMED) or 1
    named = {layer: height for layer, height in heights.items() if (layer - 1) % every == 0}
    bottom = min(heights.values(), default=foot) - 0.8 * _step(heights)
    return {
        "xaxis": {"title": {"text": "z"}, "range": [-far, far], "zeroline": False},
        "yaxis": {"range": [bottom, _TOP], "zeroline": False,
                  "tickvals": [*ticks, *named.values()],
                  "ticktext": [*map(words.signed, ticks), *map(_layer, named)]},
        "hovermode": "closest",
    }  # fmt: skip


def _layer(layer: int) -> str:
    return f"layer {layer}"


def _step(heights: Mapping[int, float]) -> float:
    first = list(heights.values())[:2]
    return first[0] - first[1] if len(first) == 2 else _CLOSEST
