"""Draws `phase`: where variants start between vanishing and exploding gradients."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.palette import ON_COLOUR, look
from orchestrator.reports.figures.records import STAYS, Figure, Layout, Panel, Trace, numbers
from orchestrator.reports.statistics.gradients.phase import Phase, Start
from orchestrator.reports.statistics.gradients.theory import Theories
from orchestrator.reports.text.captions.gradients import phase as words

_VANISHES, _EDGE, _EXPLODES = "#2c6fb3", "#e9e9e4", "#c25a1b"
_WEIGHTS, _BIASES = "σ<sub>w</sub>²", "σ<sub>b</sub>²"
_DECADE = 0.5  # of the factor, at which a colour is full


def draw(view: Scheme, found: Sequence[Phase], theories: Theories) -> Figure | None:
    """None where theory covers no variant through depth."""
    if not found:
        return None
    return Figure(
        name="phase",
        title=words.TITLE,
        caption=words.CAPTION,
        columns=min(len(found), 4),
        height_px=260,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(),
        panels=tuple(_panel(view, phase, last=phase is found[-1]) for phase in found),
        lesson=words.lesson(view.plan, theories.by_axis["depth"]),
        arrangement=STAYS,
    )


def _panel(view: Scheme, phase: Phase, last: bool) -> Panel:
    starts = {start.variant_id: start for start in phase.starts}
    variants = [variant for variant in view.plan.variants if variant.variant_id in starts]
    markers = [_markers(view, place, own, starts) for place, own in view.by_colour(variants)]
    places = tuple(view.order[variant.variant_id] for variant in variants)
    traces = (*_ground(phase), *markers)
    return Panel(escape(phase.activation), traces, _layout(phase), {}, variants=places)


def _ground(phase: Phase) -> tuple[Trace, Trace]:
    """The colours, and the line √χ = 1."""
    logs = np.clip(np.log10(phase.factor), -_DECADE, _DECADE)
    grid = {"x": numbers(phase.weights, 4), "y": numbers(phase.biases, 4)}
    ticks = (0.3, 0.5, 0.7, 1, 1.5, 2, 3)
    heat = {
        "type": "heatmap", **grid, "z": [numbers(row, 3) for row in logs],
        "zmin": -_DECADE, "zmax": _DECADE, "zsmooth": "best", "hoverinfo": "skip",
        "colorscale": [[0, _VANISHES], [0.5, _EDGE], [1, _EXPLODES]],
        "colorbar": {"thickness": 8, "len": 1, "outlinewidth": 0,
                     "tickvals": [float(np.log10(x)) for x in ticks],
                     "ticktext": [f"{x:g}" for x in ticks]},
    }  # fmt: skip
    line = {
        "type": "contour", **grid, "z": [numbers(row, 4) for row in np.log10(phase.factor)],
        "contours": {"start": 0, "end": 0, "size": 1, "coloring": "none"}, "showscale": False,
        "line": {"color": ON_COLOUR, "width": 2}, "hoverinfo": "skip",
    }  # fmt: skip
    return heat, line


def _markers(
    view: Scheme, place: int, variants: Sequence[Variant], starts: Mapping[str, Start]
) -> Trace:
    style, found = look(place), [starts[variant.variant_id] for variant in variants]
    return {
        "type": "scatter", "mode": "markers", "legendgroup": str(place), "cliponaxis": False,
        "x": numbers([start.weight for start in found]),
        "y": numbers([start.bias for start in found]),
        "customdata": [view.hover_name(variant) for variant in variants],
        **view.tag_points(variants),
        "marker": {"color": style.light, "size": 9, "symbol": style.symbol,
                   "line": {"color": "#ffffff", "width": 1}},
        "hovertemplate": f"%{{customdata}}<br>{_WEIGHTS} %{{x:.3g}}, {_BIASES} %{{y:.3g}}"
                         "<extra></extra>",
    }  # fmt: skip


def _layout(phase: Phase) -> Layout:
    weights, biases = phase.weights, phase.biases
    return {
        "xaxis": {
            "title": {"text": _WEIGHTS},
            "range": _range(weights[-1]),
            "zeroline": False,
        },
        "yaxis": {
            "title": {"text": _BIASES},
            "range": _range(biases[-1]),
            "zeroline": False,
        },
        "hovermode": "closest",
    }


def _range(largest: float) -> list[float]:
    """From a little below 0, so that markers at 0 are whole."""
    return [-0.06 * float(largest), float(largest)]
