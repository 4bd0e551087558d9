"""Draws `marginal_means` of pairs of factors: parallel lines mean no interaction.

A list also offers the pairs as heat maps.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.factor_axis import hover
from orchestrator.reports.figures.factorial.heat_maps import colour_span, heat_map
from orchestrator.reports.figures.factorial.main_effects import axis, layout
from orchestrator.reports.figures.lines import error_bars
from orchestrator.reports.figures.outcomes.outcomes import tick_text
from orchestrator.reports.figures.palette import INK, look
from orchestrator.reports.figures.records import Chooser, Figure, Layout, Panel, Trace, numbers
from orchestrator.reports.statistics.factorial.analysis import Factorial
from orchestrator.reports.statistics.factorial.marginal_means import Means
from orchestrator.reports.text.captions.factorial import interactions as words
from orchestrator.reports.text.names import interval_text, level_name, value_text

MOST_PAIRS, HEIGHT_PX = 6, 280
_LABEL_PX = 13  # height of a line's label
DRAWN_AS = "drawn_as"  # key of the chooser
LINES, HEAT_MAPS = "lines", "heat maps"


def draw(view: Scheme, found: Factorial | None) -> Figure | None:
    """The strongest first; None where factors are not crossed, or trials do not vary."""
    if found is None or not found.anova.total or not found.interactions:
        return None
    factors, every = found.crossing.factors, found.interactions
    shown = every[:MOST_PAIRS]
    scale = axis(view, shown)
    lines = [_panel(view, factors, means, scale) for means in shown]
    span = colour_span(shown)
    maps = [_heat_map(view, factors, means, span) for means in shown]
    options = tuple((each, each) for each in (LINES, HEAT_MAPS))
    return Figure(
        name="interactions",
        title=words.title(view.plan.compare),
        caption=words.caption(view.plan.compare, every, MOST_PAIRS),
        columns=min(3, len(shown)),
        height_px=HEIGHT_PX,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(Chooser(DRAWN_AS, "drawn as", options, LINES),),
        panels=(*lines, *maps),
    )


def _heat_map(view: Scheme, factors: Sequence[str], means: Means, span: list[float]) -> Panel:
    """Rows and columns are the levels that lines and x are in the other drawing."""
    lines, x = _order(view, factors, means)
    across = np.transpose
    turned = means if lines == 0 else replace(
        means, mean=across(means.mean), low=across(means.low), high=across(means.high)
    )  # fmt: skip
    paths = factors[means.axes[lines]], factors[means.axes[x]]
    return heat_map(view, paths, turned, span, {DRAWN_AS: HEAT_MAPS})


def _order(view: Scheme, factors: Sequence[str], means: Means) -> tuple[int, int]:
    """(axis of the lines, axis of x): lines are the levels of the compared factor, else of the
    one with fewer levels.
    """
    lines, x = sorted(
        range(2), key=lambda k: (factors[means.axes[k]] != view.roles.colour, means.mean.shape[k])
    )
    return lines, x


def _panel(view: Scheme, factors: Sequence[str], means: Means, scale: Layout) -> Panel:
    lines, x = _order(view, factors, means)
    paths = factors[means.axes[lines]], factors[means.axes[x]]
    mean, low, high = (np.moveaxis(a, lines, 0) for a in (means.mean, means.low, means.high))
    traces = [
        _trace(view, paths[0], place, mean[place], low[place], high[place])
        for place in range(len(mean))
    ]
    drawn = layout(view, paths[1], scale)
    if paths[0] != view.roles.colour:
        drawn |= _labels(view, paths[0], mean, scale)
    title = f"{view.names[paths[0]]} × {view.names[paths[1]]}"
    return Panel(title, tuple(traces), drawn, {DRAWN_AS: LINES})


def _trace(
    view: Scheme, path: str, place: int, mean: np.ndarray, low: np.ndarray, high: np.ndarray
) -> Trace:
    style, coloured = look(place), path == view.roles.colour
    colour = style.light if coloured else INK[0]
    count, unit = len(view.plan.factors[path]), view.plan.compare.unit
    shift = 0.24 * (place - (count - 1) / 2) / count
    name = tick_text(level_name(view.names[path], view.plan.factors[path][place]))
    return {
        "type": "scatter", "mode": "lines+markers",
        "x": numbers(np.arange(len(mean)) + shift), "y": numbers(mean),
        "error_y": error_bars(mean, low, high, thickness=1.1, width=3, color=colour),
        "line": {"color": colour, "width": 1.4, "dash": style.dash},
        "marker": {"color": colour, "size": 7, "symbol": style.symbol},
        "customdata": [[interval_text(a, b, unit), value_text(at, unit)]
                       for at, a, b in zip(mean, low, high, strict=True)],
        "hovertemplate": f"{name}: {hover(unit, 1)} %{{customdata[0]}}<extra></extra>",
        **({"legendgroup": str(place)} if coloured else {}),
    }  # fmt: skip


def _labels(view: Scheme, path: str, mean: np.ndarray, scale: Layout) -> Layout:
    """The level at the right end of each line, moved apart where they would overlap."""
    span = scale["range"] or [0.0, 1.0]
    known = [place for place in range(len(mean)) if np.isfinite(mean[place]).any()]
    ends = {place: mean[place][np.isfinite(mean[place])][-1] for place in known}
    spots = _apart(ends, _LABEL_PX / (HEIGHT_PX - 60) * (span[1] - span[0]))
    drawn = layout(view, path, scale)["xaxis"]["ticktext"]
    return {
        "margin": {"r": 60},
        "annotations": [
            {"text": drawn[place], "x": 1, "xref": "paper", "xanchor": "left", "y": y,
             "yanchor": "middle", "showarrow": False, "font": {"size": 10}}
            for place, y in spots.items()
        ],
    }  # fmt: skip


def _apart(ends: dict[int, float], least: float) -> dict[int, float]:
    """Upwards from the lowest, each at least so far above the one before it."""
    spots: dict[int, float] = {}
    for place in sorted(ends, key=lambda each: ends[each]):
        floor = max(spots.values(), default=-np.inf) + least
        spots[place] = float(max(ends[place], floor))
    return spots
