"""Draws `outcomes` for the first screen, where the main figure would not fit or show it.

Along a numeric factor: means as lines, intervals as bands. Else as in the main figure. At most
`MOST_COLUMNS` panels side by side; further factors are chosen from lists.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.initial_levels import initial_levels
from orchestrator.reports.figures.lines import band
from orchestrator.reports.figures.outcomes import outcomes
from orchestrator.reports.figures.outcomes.outcomes import Outcomes
from orchestrator.reports.figures.records import (
    Arrangement,
    Figure,
    Layout,
    Panel,
    Trace,
    linear_range,
)
from orchestrator.reports.figures.tasks import baselines
from orchestrator.reports.figures.tasks.baselines import Baselines, Line
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.text.captions.outcomes import first_screen as words

MOST_COLUMNS = 4
HEIGHT_PX = 340
BESIDE_ANOTHER_PX = 230  # where a second figure is below it on the first screen


def draw(
    view: Scheme, results: Outcomes, least: Baselines, height_px: int = HEIGHT_PX
) -> Figure | None:
    """None where the main figure, that of `outcomes`, is as good, or there is none."""
    columns = view.roles.columns if _fits(view, view.roles.columns) else None
    wanted = (view.roles.columns, view.roles.rows, *view.roles.rest)
    choose = tuple(path for path in wanted if path and path != columns)
    if not outcomes.any_value(results) or not (choose or outcomes.on_scale(view)):
        return None
    made = facets(view, (columns,), choose)
    lines = baselines.lines(view, least, view.plan.compare.metric.split("/")[-1])
    fitted = replace(
        outcomes.frame(view, results, lines),
        name="first_screen",
        columns=len(view.levels(columns)) if columns else 1,
        height_px=height_px,
        choosers=choosers(view, choose, initial_levels(view, results, choose)),
        arrangement=Arrangement(("columns",), "dodged", MOST_COLUMNS),
    )
    if not outcomes.on_scale(view):
        scale = outcomes.dots_scale(view, results, lines)
        dots = tuple(outcomes.panel(view, facet, results, scale, lines) for facet in made)
        return replace(fitted, panels=dots)
    scale = _scale(view, results, lines)
    return replace(
        fitted,
        title=words.title(view.plan.compare, view.names[view.roles.x or ""]),
        caption=_caption(view, results, scale, lines),
        panels=tuple(_panel(view, facet, results, scale, lines) for facet in made),
        arrangement=Arrangement(("columns",), "levels", MOST_COLUMNS),
    )


def _fits(view: Scheme, path: str | None) -> bool:
    return path is not None and len(view.levels(path)) <= MOST_COLUMNS


def _scale(view: Scheme, results: Outcomes, lines: Sequence[Line]) -> Layout:
    """Around means and the intervals of more than two replicates."""
    ends = [end for each in results.values() for end in _ends(each)]
    span = linear_range(ends)
    if span and outcomes.any_lost(results):
        span[0] -= 0.14 * (span[1] - span[0])  # room for crosses at the foot
    return outcomes.value_axis(view.plan.compare.unit, baselines.widened(span, lines))


def _ends(each: Outcome) -> tuple[float | None, ...]:
    return (each.low, each.mean, each.high) if each.n > 2 else (each.mean,)


def _caption(view: Scheme, results: Outcomes, scale: Layout, lines: Sequence[Line]) -> str:
    metric = view.plan.compare.metric.split("/")[-1]
    factors = len(view.plan.factors)
    n, lost = outcomes.sizes(results), outcomes.any_lost(results)
    text = words.caption(view.plan.compare, n, lost, factors)
    return text + baselines.caption(view, lines, metric, scale.get("range"))


def _panel(
    view: Scheme, facet: Facet, results: Outcomes, scale: Layout, lines: Sequence[Line]
) -> Panel:
    groups = _by_colour(view, facet, results)
    places = {v.variant_id: float(view.place(view.roles.x, v)) for v in facet.variants}
    traces = (
        *(_band(view, group, results) for group in groups),
        *(_line(view, group, results) for group in groups),
        *outcomes.lost(view, facet, results, scale),
    )
    own = baselines.layout(scale.get("range"), lines, places)
    layout = outcomes.axes(view, scale) | own
    return Panel(facet.title, traces, layout, facet.when, variants=facet.places)


def _by_colour(view: Scheme, facet: Facet, results: Outcomes) -> list[list[Variant]]:
    """The variants with a mean, a list per colour, each along x."""
    known = [v for v in facet.variants if results[v.variant_id].n]
    known.sort(key=lambda variant: view.place(view.roles.x, variant))
    return [group for _, group in view.by_colour(known)]


def _band(view: Scheme, group: Sequence[Variant], results: Outcomes) -> Trace:
    found = [results[v.variant_id] for v in group]
    low, high = (np.array([_end(getattr(each, end)) for each in found]) for end in ("low", "high"))
    known = [v for v, a, b in zip(group, low, high, strict=True) if np.isfinite([a, b]).all()]
    drawn = band(view.colour(group[0]), [view.place(view.roles.x, v) for v in group], low, high)
    return drawn | view.tag_points([*known, *known[::-1]])


def _end(value: float | None) -> float:
    return np.nan if value is None else value


def _line(view: Scheme, group: Sequence[Variant], results: Outcomes) -> Trace:
    colour = view.colour(group[0])
    found = [results[v.variant_id] for v in group]
    means = outcomes.means(view, colour, list(group), results)
    is_alone = (
        sum(each.low != each.high for each in found) == 1
    )  # a band needs two; see barred() in figure.js
    return {
        **means, "x": [view.place(view.roles.x, v) for v in group],
        "error_y": outcomes.bars(found, visible=is_alone),
        "line": {**means["line"], "width": 2}, "marker": {**means["marker"], "size": 7},
    }  # fmt: skip
