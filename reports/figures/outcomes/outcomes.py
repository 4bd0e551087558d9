"""Draws `outcomes`: every replicate as a dot, the mean, and its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from orchestrator.gradient_metrics import FACTOR
from orchestrator.plan_document import Level, Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.factor_axis import factor_axis, hover
from orchestrator.reports.figures.lines import error_bars
from orchestrator.reports.figures.palette import look
from orchestrator.reports.figures.records import (
    Arrangement,
    Figure,
    Layout,
    Panel,
    Trace,
    linear_range,
    numbers,
)
from orchestrator.reports.figures.tasks import baselines
from orchestrator.reports.figures.tasks.baselines import Baselines, Line
from orchestrator.reports.statistics.outcomes.outcomes import STATUSES, Outcome
from orchestrator.reports.text.captions.outcomes import outcomes as words
from orchestrator.reports.text.names import interval_text, level_text, value_text
from orchestrator.reports.text.phrases import range_text

Outcomes = Mapping[str, Outcome]
_MARKER = 0.025  # half a marker, as a share of the height
_LOST = "rgba(128,128,128,1)"


def draw(view: Scheme, results: Outcomes, least: Baselines) -> Figure | None:
    """None while no trial has a final value. Panels by the scheme's columns and rows."""
    if not any_value(results):
        return None
    roles, lines = view.roles, baselines.lines(view, least, _metric(view))
    scale = dots_scale(view, results, lines)
    made = facets(view, (roles.rows, roles.columns), roles.rest)
    return replace(
        frame(view, results, lines),
        height_px=300 if len(made) > 1 else 380,
        panels=tuple(panel(view, facet, results, scale, lines) for facet in made),
    )


def frame(view: Scheme, results: Outcomes, lines: Sequence[Line]) -> Figure:
    """The figure without its panels: title, caption, legend, lists."""
    roles, span = view.roles, baselines.widened(_range(results), lines)
    return Figure(
        name="outcomes",
        title=words.title(view.plan.compare),
        caption=words.caption(view.plan.compare, sizes(results), any_lost(results))
        + baselines.caption(view, lines, _metric(view), span),
        columns=len(view.levels(roles.columns)) if roles.columns else 1,
        height_px=380,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=choosers(view, roles.rest),
        panels=(),
        arrangement=Arrangement(("rows", "columns"), "dodged"),
    )


def dots_scale(view: Scheme, results: Outcomes, lines: Sequence[Line]) -> Layout:
    """The axis of values on which every replicate has a place."""
    return value_axis(view.plan.compare.unit, baselines.widened(_range(results), lines))


def any_value(results: Outcomes) -> bool:
    return any(each.n for each in results.values())


def _metric(view: Scheme) -> str:
    return view.plan.compare.metric.split("/")[-1]


def _range(results: Outcomes) -> list[float] | None:
    """Around all replicates and intervals; lower, where crosses need room at the foot."""
    ends = [end for each in results.values() for end in (each.low, each.high)]
    every = [value for each in results.values() for value in each.values.values()]
    span = linear_range([*every, *ends])
    if span and any_lost(results):
        span[0] -= 0.14 * (span[1] - span[0])
    return span


def value_axis(unit: str, span: list[float] | None) -> Layout:
    """No share is above 1: the axis ends there, with room for half a marker."""
    if unit == FACTOR:
        return factor_axis(span)
    if unit != "share" or not span:
        return {"range": span} if span else {}
    low, high = span
    return {"tickformat": ".2~%", "range": [low, min(high, 1 + _MARKER * (1 - low))]}


def sizes(results: Outcomes) -> str:
    """10; 6 to 10: replicates with a value."""
    return range_text(each.n for each in results.values())


def panel(
    view: Scheme, facet: Facet, results: Outcomes, scale: Layout, lines: Sequence[Line]
) -> Panel:
    groups = view.by_colour(facet.variants)
    places = {variant.variant_id: x_position(view, variant) for variant in facet.variants}
    traces = [trace for place, own in groups for trace in _group(view, place, own, results)]
    return Panel(
        facet.title,
        (*traces, *lost(view, facet, results, scale)),
        axes(view, scale) | baselines.layout(scale.get("range"), lines, places),
        facet.when,
        variants=facet.places,
    )


def x_position(view: Scheme, variant: Variant) -> float:
    """The place of the level on x, with a small offset for each colour."""
    if not view.roles.x:
        return float(view.colour(variant))
    colours = len(view.levels(view.roles.colour)) if view.roles.colour else 1
    return view.place(view.roles.x, variant) + (view.colour(variant) - (colours - 1) / 2) * (
        0.76 / colours
    )


def _group(view: Scheme, place: int, variants: list[Variant], results: Outcomes) -> list[Trace]:
    known = [v for v in variants if results[v.variant_id].n]
    return [_dots(view, place, known, results), means(view, place, known, results)]


def _dots(view: Scheme, place: int, variants: list[Variant], results: Outcomes) -> Trace:
    rows = [
        (x_position(view, v) + _spread(view, replicate), value, replicate, v)
        for v in variants
        for replicate, value in results[v.variant_id].values.items()
    ]
    return {
        "type": "scatter", "mode": "markers", "legendgroup": str(place), "name": "replicates",
        "x": numbers([row[0] for row in rows]), "y": numbers([row[1] for row in rows]),
        "customdata": [[row[2], view.hover_name(row[3]), *factor_text(view, row[1])]
                       for row in rows],
        "meta": {**view.tag_points([row[3] for row in rows])["meta"],
                 "replicates": [row[2] for row in rows]},
        "marker": {"color": look(place).light, "size": 5, "opacity": 0.45, "line": {"width": 0}},
        "hovertemplate": "%{customdata[1]}<br>replicate %{customdata[0]}: "
                         f"{hover(view.plan.compare.unit, 2)}<br>click: its card<extra></extra>",
    }  # fmt: skip


def _spread(view: Scheme, replicate: int) -> float:
    """A sideways step by replicate, so that equal values stay visible as several dots."""
    if view.plan.replicates == 1:
        return 0.0
    colours = len(view.legend) if view.roles.x else 3
    return (replicate / (view.plan.replicates - 1) - 0.5) * 0.34 / max(colours, 1)


def means(view: Scheme, place: int, variants: list[Variant], results: Outcomes) -> Trace:
    found = [results[v.variant_id] for v in variants]
    style, unit = look(place), view.plan.compare.unit
    return {
        "type": "scatter", "mode": "lines+markers" if on_scale(view) else "markers",
        "legendgroup": str(place), "name": "mean",
        "x": numbers([x_position(view, v) for v in variants]),
        "y": numbers([r.mean for r in found]),
        "customdata": [
            [_n(r), view.hover_name(v), interval_text(r.low, r.high, unit),
             *factor_text(view, r.mean)]
            for v, r in zip(variants, found, strict=True)
        ],
        **view.tag_points(variants),
        "error_y": bars(found, thickness=1.6, width=4, color=style.light),
        "line": {"color": style.light, "width": 1.4, "dash": style.dash},
        "marker": {"color": style.light, "size": 9,
                   "symbol": [style.symbol + ("-open" if r.lost else "") for r in found]},
        "hovertemplate": f"%{{customdata[1]}}<br>mean {hover(unit, 3)} %{{customdata[2]}}, "
                         "n = %{customdata[0]}<extra></extra>",
    }  # fmt: skip


def factor_text(view: Scheme, value: float | None) -> list[str]:
    """What `hover` shows of a factor; nothing of other units."""
    unit = view.plan.compare.unit
    return [value_text(value, unit)] if unit == FACTOR else []


def bars(found: Sequence[Outcome], **style: Any) -> dict[str, Any]:
    """The interval of each mean; none where there is none."""
    ends = [[r.mean, r.low, r.high] for r in found]
    return error_bars(*np.array(ends, dtype=float).reshape(-1, 3).T, **style)


def on_scale(view: Scheme) -> bool:
    """Whether x is a scale, so that points on it may be joined."""
    return is_scale(view.levels(view.roles.x) if view.roles.x else ())


def is_scale(levels: Sequence[Level]) -> bool:
    return len(levels) > 1 and all(type(level) in (int, float) for level in levels)


def lost(view: Scheme, facet: Facet, results: Outcomes, scale: Layout) -> list[Trace]:
    """✕ with the number of trials that have no value, at the foot of the panel."""
    counts = {v.variant_id: results[v.variant_id].counts for v in facet.variants}
    hit = [v for v in facet.variants if results[v.variant_id].lost]
    foot, top = scale.get("range", (0.0, 1.0))
    height = top - foot
    if not hit:
        return []
    return [{
        "type": "scatter", "mode": "text", "textposition": "top center", "cliponaxis": False,
        "textfont": {"color": _LOST, "size": 10}, "name": "lost",
        "x": numbers([x_position(view, v) for v in hit]),
        "y": numbers([foot + height * (0.01 + 0.065 * (view.colour(v) % 2)) for v in hit]),
        **view.tag_points(hit),
        "text": [f"✕{results[v.variant_id].lost}" for v in hit],
        "customdata": [[view.hover_name(v), _fate(counts[v.variant_id])] for v in hit],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    }]  # fmt: skip


def any_lost(results: Outcomes) -> bool:
    return any(each.lost for each in results.values())


def _n(outcome: Outcome) -> str:
    """10; or 7 of 10 (2 diverged, 1 failed)."""
    counts = outcome.counts
    planned, lost = sum(counts.values()), _fate(counts)
    return f"{outcome.n}{f' of {planned} ({lost})' if lost else ''}"


def _fate(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[word]} {word}" for word in STATUSES[1:] if counts[word])


def axes(view: Scheme, scale: Layout) -> Layout:
    return {"xaxis": x_axis(view), "yaxis": {**scale, "zeroline": False}, "hovermode": "closest"}


def x_axis(view: Scheme) -> Layout:
    """Ticks at whole numbers, one for each level of the x factor (else of the colour's)."""
    path = view.roles.x or view.roles.colour
    levels = view.levels(path) if path else (view.plan.study,)
    return {
        "tickvals": list(range(len(levels))),
        "ticktext": [tick_text(level_text(level)) for level in levels],
        "range": [-0.5, len(levels) - 0.5],
        "title": {"text": tick_text(view.names[path]) if path else ""},
        "zeroline": False, "showgrid": False,
    }  # fmt: skip


def tick_text(text: str) -> str:
    """Safe in plotly's text, and short enough for an axis."""
    short = text if len(text) <= 18 else f"{text[:17]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
