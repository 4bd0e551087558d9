"""Draws `time_to_solve`: the share of trials that have solved the task, by epoch."""

from collections.abc import Mapping

import numpy as np

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.lines import variant_band, variant_line
from orchestrator.reports.figures.outcomes.curves import ARRANGEMENT, arrangement, columns
from orchestrator.reports.figures.records import Figure, Floats, Layout, Panel, Trace
from orchestrator.reports.statistics.outcomes.time_to_solve import TimeToSolve
from orchestrator.reports.text.captions.outcomes import time_to_solve as words

Times = Mapping[str, TimeToSolve]  # by variant id


def draw(view: Scheme, found: Times) -> Figure | None:
    """None where no trial has ever solved its task."""
    if not any(each.solved for each in found.values()):
        return None
    split, choose = arrangement(view)
    return Figure(
        name="time_to_solve",
        title=words.TITLE,
        caption=words.caption(found.values()),
        columns=columns(view, split),
        height_px=190 if any(split) else 340,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=choosers(view, choose),
        panels=tuple(_panel(view, facet, found) for facet in facets(view, split, choose)),
        arrangement=ARRANGEMENT,
    )


def _panel(view: Scheme, facet: Facet, found: Times) -> Panel:
    known = [variant for variant in facet.variants if variant.variant_id in found]
    bands = [_band(view, v, found[v.variant_id]) for v in known]
    lines = [_line(view, v, found[v.variant_id]) for v in known]
    sizes = {v.variant_id: (found[v.variant_id].n, 0) for v in known}
    note, short, traces = view.thinned(sizes), view.short(sizes), (*bands, *lines)
    layout, places = _layout(found), facet.places
    return Panel(facet.title, traces, layout, facet.when, note, places, short=short)


def _layout(found: Times) -> Layout:
    last = max(each.last for each in found.values())
    return {
        "xaxis": {"title": {"text": "epoch"}, "range": [0, last], "zeroline": False,
                  "dtick": 1 if last <= 10 else None},
        "yaxis": {"tickformat": ".0%", "range": [-0.04, 1.04], "zeroline": False},
        "hovermode": "closest",
    }  # fmt: skip


def _line(view: Scheme, variant: Variant, each: TimeToSolve) -> Trace:
    x, y = _steps(each, 1 - each.curve.left)
    first = x[0] if x else float(each.last)
    name = f"{view.line_name(variant)}<br>%{{y:.0%}} by epoch %{{x:.0f}}"
    hover = f"{name}, {each.solved} of {each.n} in all"
    return variant_line(view, variant, [0.0, first, *x], [0.0, 0.0, *y], hover)


def _band(view: Scheme, variant: Variant, each: TimeToSolve) -> Trace:
    x, low = _steps(each, 1 - each.curve.high)
    _, high = _steps(each, 1 - each.curve.low)
    return variant_band(view, variant, x, low, high)


def _steps(each: TimeToSolve, shares: Floats) -> tuple[list[float], list[float]]:
    """Corners of the stairs: a share holds from its time to the next one, at last to the end."""
    x = np.repeat([*each.curve.times, each.last], 2)[1:-1]
    return x.tolist(), np.repeat(shares, 2).tolist()
