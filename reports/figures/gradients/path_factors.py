"""Draws `layer_quantiles` of |w φ'(z)|, one factor of the chain formula, against its bound."""

from collections.abc import Sequence
from html import escape

import numpy as np

from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets, seen_together
from orchestrator.reports.figures.gradients.profiles import NOTHING, layer_axis
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
from orchestrator.reports.statistics.gradients.layer_quantiles import PATH_FACTOR, LayerQuantiles
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.text.captions.gradients import path_factors as words
from orchestrator.reports.text.phrases import epoch_text

_BESIDE = 5  # levels that fit beside each other
_DECADES = 4  # that a panel shows at most; what is below is drawn on its lower edge


def draw(view: Scheme, found: Sequence[LayerQuantiles]) -> Figure | None:
    """None where no factor was measured."""
    if not found:
        return None
    choose = (view.roles.x, view.roles.columns, view.roles.rows, *view.roles.rest)
    smallest, by_id = words.smallest(found), {v.variant_id: v for v in view.plan.variants}
    opens_on = by_id[smallest.variant_id].levels if smallest else {}
    groups, span = seen_together(facets(view, (view.roles.colour,), choose)), _range(found)
    return Figure(
        name="path_factors",
        title=words.TITLE,
        caption=words.CAPTION,
        columns=_columns(max(len(group) for group in groups)),
        height_px=220,
        legend_title="",
        legend=(),
        choosers=choosers(view, choose, opens_on),
        panels=tuple(panel for group in groups for panel in _group(view, group, found, span)),
        lesson=words.lesson(view.plan, found),
        arrangement=view.each_alone,
    )


def _columns(levels: int) -> int:
    return max(levels, 2) if levels <= _BESIDE else 4


def _group(
    view: Scheme, group: Sequence[Facet], found: Sequence[LayerQuantiles], span: list[float] | None
) -> list[Panel]:
    """Epochs × levels; of many levels each with its epochs beside each other."""
    epochs = first_and_last(each.epoch for each in found)
    of = {(each.variant_id, each.epoch): each for each in found}
    pairs = [(facet, epoch) for epoch in epochs for facet in group]
    if len(group) > _BESIDE:
        pairs = [(facet, epoch) for facet in group for epoch in epochs]
    return [
        _panel(view, facet, of.get((facet.variants[0].variant_id, epoch)), epoch, span)
        for facet, epoch in pairs
    ]


def _range(found: Sequence[LayerQuantiles]) -> list[float] | None:
    """One for all panels, as the lower edge is where bands are cut."""
    epochs = first_and_last(each.epoch for each in found)
    shown = [each for each in found if each.epoch in epochs]
    values = [x for each in shown for name in PATH_FACTOR for x in each.of[name].tolist()]
    span = log_range([*values, *(each.bound for each in shown)])
    return span and [max(span[0], span[1] - _DECADES), span[1]]


def _panel(
    view: Scheme, facet: Facet, spread: LayerQuantiles | None, epoch: int, span: list[float] | None
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


def _traces(spread: LayerQuantiles, place: int, floor: float) -> tuple[Trace, ...]:
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
    return {"xaxis": layer_axis(layers), "yaxis": log_axis(span), "hovermode": "closest"}
