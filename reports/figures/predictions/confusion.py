"""Draws `confusion`: a matrix for each variant, and its difference to the baseline's."""

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.outcomes.outcomes import tick_text
from orchestrator.reports.figures.records import (
    Arrangement,
    Chooser,
    Figure,
    Layout,
    Panel,
    Trace,
    numbers,
)
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.predictions.analysis import Predicted
from orchestrator.reports.statistics.predictions.confusion import Confusions
from orchestrator.reports.text.captions.predictions import confusion as words
from orchestrator.reports.text.names import MINUS, effect_text, value_text
from orchestrator.reports.variants import is_crossed

SHOWN = "shown"  # key of the list
SHARES, DIFFERENCES = "shares", "difference"
MOST_WRITTEN = 10  # classes; of more, shares do not fit into the cells
_TICKS = (0.0, 0.01, 0.05, 0.2, 0.5, 1.0)  # colours go by the root: errors are small shares
_NO_AXES: Layout = {axis: {"visible": False} for axis in ("xaxis", "yaxis")}
_LESS, _NEITHER, _MORE = "#2c6fb3", "#e9e9e4", "#c25a1b"


def draw(view: Scheme, predicted: Predicted | None) -> Figure | None:
    """None without predictions. A panel for each variant."""
    if predicted is None:
        return None
    roles = view.roles
    choose = (roles.x, roles.rows, *roles.rest)
    made = facets(view, (roles.columns, roles.colour), choose)
    own = {v: each for each in predicted.confusions for v in each.task.variants}
    options = [(SHARES, words.SHARES), (DIFFERENCES, words.DIFFERENCES)]
    has_differences = any(each.differences for each in predicted.confusions)
    lists = [Chooser(SHOWN, SHOWN, tuple(options), SHARES)] * has_differences
    return Figure(
        name="confusion",
        title=words.title(predicted.split),
        caption=words.caption(predicted.confusions, has_differences=has_differences),
        columns=min(max(len(view.levels(roles.colour)) if roles.colour else 1, 2), 3),
        height_px=_height(predicted.confusions),
        legend_title="",
        legend=(),
        choosers=(*lists, *choosers(view, choose)),
        panels=tuple(p for facet in made for p in _panels(view, facet, own, has_differences)),
        arrangement=Arrangement(("columns", "colour")) if is_crossed(view.plan) else None,
    )


def _height(found: Sequence[Confusions]) -> int:
    return 130 + 17 * max(max(len(each.classes) for each in found), 8)


def _panels(
    view: Scheme, facet: Facet, own: dict[str, Confusions], has_differences: bool
) -> Iterator[Panel]:
    variant = facet.variants[0]
    title = facet.title or view.hover_name(variant)
    found = own.get(variant.variant_id)
    for shown in (SHARES, DIFFERENCES) if has_differences else (SHARES,):
        when = {**facet.when, **({SHOWN: shown} if has_differences else {})}
        if found is None:
            yield Panel(title, (), _NO_AXES, when, words.NONE, facet.places)
        elif shown == DIFFERENCES and variant.variant_id not in found.differences:
            yield Panel(title, (), _NO_AXES, when, words.NO_BASELINE, facet.places)
        else:
            trace = _tiles(view, variant, found, shown)
            yield Panel(title, (trace,), _axes(found), when, variants=facet.places)


def _tiles(view: Scheme, variant: Variant, found: Confusions, shown: str) -> Trace:
    own = found.by_variant[variant.variant_id]
    is_share = shown == SHARES
    values = own.shares if is_share else found.differences[variant.variant_id]
    places = list(range(len(found.classes)))
    return {
        "type": "heatmap", "x": places, "y": places, "xgap": 1, "ygap": 1,
        "z": [numbers(row, 3) for row in (np.sqrt(values) if is_share else values)],
        "text": _texts(values, signed=not is_share),
        "texttemplate": "%{text}" if len(places) <= MOST_WRITTEN else "",
        "textfont": {"size": 9},
        "customdata": [
            [f"{escape(found.task.classes[row])} → {escape(found.task.classes[column])}: "
             f"{_said(values[i, j], is_share)}, {own.counts[i, j]:,} answers"
             for j, column in enumerate(found.classes)]
            for i, row in enumerate(found.classes)
        ],
        **(_shares() if is_share else _differences(found)),
        "hovertemplate": "%{customdata}<extra></extra>",
        **view.tag(variant),
    }  # fmt: skip


def _texts(values: Floats, *, signed: bool) -> list[list[str]]:
    """Whole per cent; nothing where that is 0."""
    whole = np.rint(np.nan_to_num(values) * 100).astype(int).tolist()
    written = _signed if signed else str
    return [[written(x) if x else "" for x in row] for row in whole]


def _signed(points: float) -> str:
    return f"{points:+.3g}".replace("-", MINUS)


def _said(value: float, is_share: bool) -> str:
    if np.isnan(value):
        return "no answer with this target"
    return value_text(value, "share") if is_share else effect_text(value, "share")


def _shares() -> Trace:
    return {
        "zmin": 0, "zmax": 1, "colorscale": "Viridis",
        "colorbar": _bar([float(np.sqrt(x)) for x in _TICKS], [f"{x:.0%}" for x in _TICKS]),
    }  # fmt: skip


def _differences(found: Confusions) -> Trace:
    """One symmetrical scale for all variants of the task."""
    every = [np.nanmax(np.abs(each), initial=0) for each in found.differences.values()]
    most = max(float(max(every)), 0.01)
    ticks = [-most, -most / 2, 0, most / 2, most]
    return {
        "zmin": -most, "zmax": most,
        "colorscale": [[0, _LESS], [0.5, _NEITHER], [1, _MORE]],
        "colorbar": _bar(ticks, [_signed(100 * x) if x else "0" for x in ticks]),
    }  # fmt: skip


def _bar(values: list[float], texts: list[str]) -> Layout:
    return {"thickness": 8, "len": 1, "outlinewidth": 0, "tickvals": values, "ticktext": texts}


def _axes(found: Confusions) -> Layout:
    """The first class is at the top, and at the left."""
    names = [tick_text(found.task.classes[each]) for each in found.classes]
    size = len(names)
    axis = {"tickvals": list(range(size)), "ticktext": names, "zeroline": False, "showgrid": False}
    return {
        "xaxis": {**axis, "title": {"text": words.PREDICTION, "standoff": 8}, "automargin": True},
        "yaxis": {**axis, "title": {"text": words.TARGET, "standoff": 8}, "automargin": True,
                  "range": [size - 0.5, -0.5]},
        "hovermode": "closest",
    }  # fmt: skip
