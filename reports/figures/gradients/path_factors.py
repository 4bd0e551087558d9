"""Draws `layer_quantiles` of |w φ'(z)|, one factor of the chain formula, against its bound."""

from collections.abc import Sequence
from html import escape

import numpy as np

from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets, seen_together
from orchestrator.reports.figures.gradients.profiles import NOTHING, ends, epoch_text
from orchestrator.reports.figures.lines import band
from orchestrator.reports.figures.palette import INK, look
from orchestrator.reports.figures.records import (
    Figure,
    Layout,
    Panel,
    Trace,
    log_axis,
    log_range,
    numbers,
)
from orchestrator.reports.statistics.gradients.layer_quantiles import PATH_FACTOR, Spread
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.text.names import factor_text

LOW, MEAN, HIGH, LARGEST = PATH_FACTOR
_BESIDE = 5  # levels that fit beside each other
_DECADES = 4  # that a panel shows at most; what is below stands on its lower edge


def draw(view: Scheme, found: Sequence[Spread]) -> Figure | None:
    """None where no factor was measured."""
    if not found:
        return None
    choose = (view.roles.x, view.roles.columns, view.roles.rows, *view.roles.rest)
    smallest, by_id = _smallest(found), {v.variant_id: v for v in view.plan.variants}
    opens_on = by_id[smallest.variant_id].levels if smallest else {}
    groups, span = seen_together(facets(view, (view.roles.colour,), choose)), _range(found)
    return Figure(
        name="path_factors",
        title="One factor of the chain formula, |w·φ′(z)|, over all paths through a layer",
        caption=(
            "Band: 10 % to 90 % of all paths from a unit to one of the next layer, over examples; "
            "line: mean; dotted: the largest. Dashed: what none exceeds while |w| ≤ 1, which is "
            "the largest φ′ (¼ for the sigmoid). Bands that reach the lower edge go on to 0, as of "
            "ReLU units that are off. Means over replicates; no interval. A gradient of a whole "
            "layer shrinks less than one path, as many paths add up in it."
        ),
        columns=_columns(max(len(group) for group in groups)),
        height_px=220,
        legend_title="",
        legend=(),
        choosers=choosers(view, choose, opens_on),
        panels=tuple(panel for group in groups for panel in _group(view, group, found, span)),
        lesson=_told(view, found),
        arrangement=view.each_alone,
    )


def _columns(levels: int) -> int:
    return max(levels, 2) if levels <= _BESIDE else 4


def _group(
    view: Scheme, group: Sequence[Facet], found: Sequence[Spread], span: list[float] | None
) -> list[Panel]:
    """Epochs × levels; of many levels each with its epochs beside each other."""
    epochs = ends(each.epoch for each in found)
    of = {(each.variant_id, each.epoch): each for each in found}
    pairs = [(facet, epoch) for epoch in epochs for facet in group]
    if len(group) > _BESIDE:
        pairs = [(facet, epoch) for facet in group for epoch in epochs]
    return [
        _panel(view, facet, of.get((facet.variants[0].variant_id, epoch)), epoch, span)
        for facet, epoch in pairs
    ]


def _range(found: Sequence[Spread]) -> list[float] | None:
    """One for all panels, as the lower edge is where bands are cut."""
    epochs = ends(each.epoch for each in found)
    shown = [each for each in found if each.epoch in epochs]
    values = [x for each in shown for name in PATH_FACTOR for x in each.of[name].tolist()]
    span = log_range([*values, *(each.bound for each in shown)])
    return span and [max(span[0], span[1] - _DECADES), span[1]]


def _panel(
    view: Scheme, facet: Facet, spread: Spread | None, epoch: int, span: list[float] | None
) -> Panel:
    (variant,), part = facet.variants, epoch_text(epoch)
    title = f"{part}, {facet.title or view.hover_name(variant)}"
    if spread is None or span is None:
        return Panel(title, (), _axes(1, span), facet.when, NOTHING, facet.places, part)
    bound = [] if spread.bound is None else [_bound(spread.bound, len(spread.layers))]
    traces = (*_traces(spread, view.colour(variant), 10 ** span[0]), *bound)
    return Panel(
        title,
        tuple(trace | view.tag(variant) for trace in traces),
        _axes(len(spread.layers), span),
        facet.when,
        variants=facet.places,
        part=part,
    )


def _traces(spread: Spread, place: int, floor: float) -> tuple[Trace, ...]:
    style, x = look(place), list(spread.layers)
    low, middle, high, largest = (_above(spread.of[name], floor) for name in PATH_FACTOR)
    line = {"type": "scatter", "x": x, "legendgroup": str(place)}
    ends_ = [numbers(spread.of[name], 2) for name in PATH_FACTOR]
    about = list(zip(map(escape, spread.sites), spread.n, *ends_, strict=True))
    return (
        band(place, x, low, high),
        {**line, "mode": "lines", "y": numbers(largest, 3), "hoverinfo": "skip",
         "line": {"color": style.light, "width": 1.5, "dash": "dot"}},
        {**line, "mode": "lines+markers", "y": numbers(middle, 3), "customdata": about,
         "hovertemplate": "%{customdata[0]}: mean %{customdata[3]}, 10 % below "
                          "%{customdata[2]}, 90 % below %{customdata[4]}, largest "
                          "%{customdata[5]}; n = %{customdata[1]}<extra></extra>",
         "line": {"color": style.light, "width": 2},
         "marker": {"color": style.light, "size": 6, "symbol": style.symbol}},
    )  # fmt: skip


def _above(values: Floats, floor: float) -> Floats:
    return np.maximum(values, floor)


def _bound(value: float, layers: int) -> Trace:
    return {
        "type": "scatter", "mode": "lines", "x": [0.7, layers + 0.3], "y": [value, value],
        "line": {"color": INK[0], "width": 1.3, "dash": "4px,3px"},
        "hovertemplate": f"bound with |w| ≤ 1: {value:g}<extra></extra>",
    }  # fmt: skip


def _axes(layers: int, span: list[float] | None) -> Layout:
    return {
        "xaxis": {"title": {"text": "hidden layer"}, "range": [0.7, layers + 0.3],
                  "dtick": 1 if layers <= 12 else None, "zeroline": False},
        "yaxis": log_axis(span), "hovermode": "closest",
    }  # fmt: skip


def _smallest(found: Sequence[Spread]) -> Spread | None:
    """Of the deepest networks the one whose factors are smallest before training."""
    first = min(each.epoch for each in found)
    begun = [each for each in found if each.epoch == first]
    most = max((len(each.layers) for each in begun), default=0)
    deepest = [each for each in begun if len(each.layers) == most]
    lecture = [each for each in deepest if each.activation == "sigmoid"]
    return min(lecture or deepest, key=lambda each: float(each.of[HIGH].min()), default=None)


def _told(view: Scheme, found: Sequence[Spread]) -> str:
    """The smallest factors against the bound, at both ends of training."""
    begun, last = _smallest(found), max(each.epoch for each in found)
    if begun is None:
        return ""
    ended = [s for s in found if (s.variant_id, s.epoch) == (begun.variant_id, last)]
    layer = int(begun.of[MEAN].argmin())
    where = f" with {view.titles[begun.variant_id]}," if view.plan.factors else ""
    when = epoch_text(begun.epoch)
    text = (
        f"{when[0].upper()}{when[1:]}{where} the mean factor of hidden layer "
        f"{begun.layers[layer]} is {factor_text(begun.of[MEAN][layer])}, and the "
        f"largest of the network is {_against(begun)}"
    )
    later = [
        f"; {epoch_text(end.epoch)} it is {_against(end)}" for end in ended if end is not begun
    ]
    return f"{text}{''.join(later)}."


def _against(spread: Spread) -> str:
    """0.14, below the bound 0.25; 1.3, above the bound 0.25, as a weight is above 1."""
    largest, bound = float(spread.of[LARGEST].max()), spread.bound
    if bound is None:
        return factor_text(largest)
    if largest <= bound:
        return f"{factor_text(largest)}, below the bound {bound:g}"
    return f"{factor_text(largest)}, above the bound {bound:g}, as some |w| is above 1"
