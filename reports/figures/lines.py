"""A line with its band, in the look of its level: the same in every figure."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.palette import look
from orchestrator.reports.figures.records import Trace, numbers


def variant_line(
    view: Scheme, variant: Variant, x: Sequence[Any], y: Any, hover: str, **more: Any
) -> Trace:
    """In the variant's colour, hidden with its levels; hover and more as of `line`."""
    return line(view.colour(variant), x, y, hover, **view.tag(variant), **more)


def variant_band(view: Scheme, variant: Variant, x: Sequence[Any], low: Any, high: Any) -> Trace:
    return band(view.colour(variant), x, low, high) | view.tag(variant)


def line(place: int, x: Sequence[Any], y: Any, hover: str, **more: Any) -> Trace:
    """place: of the level in the study; hover: plotly's template; more: keys of the trace."""
    style = look(place)
    return {
        "type": "scatter", "mode": "lines", "legendgroup": str(place),
        "x": list(x), "y": numbers(y),
        "line": {"color": style.light, "width": 2, "dash": style.dash},
        "hovertemplate": f"{hover}<extra></extra>",
        **more,
    }  # fmt: skip


def error_bars(mean: Any, low: Any, high: Any, **style: Any) -> dict[str, Any]:
    """From low to high, which need not lie evenly around the mean; none where they are NaN."""
    centre = np.asarray(mean, dtype=float)
    above, below = (
        np.nan_to_num(each) for each in (np.subtract(high, centre), np.subtract(centre, low))
    )
    return {"type": "data", "array": numbers(above), "arrayminus": numbers(below), **style}


def band(place: int, x: Sequence[Any], low: Any, high: Any) -> Trace:
    """A closed polygon between two lines, where both are known."""
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    known = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
    across = [x[i] for i in known.tolist()]
    return {
        "type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": look(place).soft,
        "line": {"width": 0}, "hoverinfo": "skip", "legendgroup": str(place),
        "x": across + across[::-1],
        "y": numbers(np.concatenate([high[known], low[known[::-1]]])),
    }  # fmt: skip
