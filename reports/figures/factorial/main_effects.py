"""Draws `marginal_means` of single factors: each level's mean, one panel per factor."""

from collections.abc import Sequence
from typing import Any

from orchestrator.gradient_metrics import FACTOR
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.factor_axis import factor_axis, hover
from orchestrator.reports.figures.lines import error_bars
from orchestrator.reports.figures.outcomes.outcomes import tick_text
from orchestrator.reports.figures.palette import INK, Look, look
from orchestrator.reports.figures.records import Figure, Layout, Panel, Trace, linear_range, numbers
from orchestrator.reports.statistics.factorial.analysis import Factorial
from orchestrator.reports.statistics.factorial.marginal_means import Means
from orchestrator.reports.text.captions.factorial import main_effects as words
from orchestrator.reports.text.names import level_text, value_text

PLAIN = Look(INK[0], INK[1], "circle", "solid", "", "")


def draw(view: Scheme, found: Factorial | None) -> Figure | None:
    """None where factors are not crossed, or trials do not vary."""
    if found is None or not found.anova.total or not found.main_effects:
        return None
    factors, every = found.crossing.factors, found.main_effects
    scale, widest = axis(view, every), max(every, key=lambda means: means.span)
    return Figure(
        name="main_effects",
        title=words.title(view.plan.compare, view.names[factors[widest.axes[0]]], widest.span),
        caption=words.caption(view.plan.compare, every),
        columns=min(4, len(every)),
        height_px=230,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(),
        panels=tuple(_panel(view, factors[means.axes[0]], means, scale) for means in every),
    )


def axis(view: Scheme, every: Sequence[Means]) -> Layout:
    """Around all means and the intervals of more than two replicates."""
    compare = view.plan.compare
    ends = [x for m in every for each in ((m.mean, m.low, m.high) if m.n > 2 else (m.mean,))
            for x in each.flat]  # fmt: skip
    span = linear_range(ends)
    if compare.unit == FACTOR:
        return {"range": span, **factor_axis(span), "zeroline": False}
    form = {"tickformat": ".2~%"} if compare.unit == "share" else {}
    return {**form, "range": span, "zeroline": False}


def _panel(view: Scheme, path: str, means: Means, scale: Layout) -> Panel:
    coloured = path == view.roles.colour
    places = range(len(means.mean))
    groups = [(look(place), [place]) for place in places] if coloured else [(PLAIN, [*places])]
    traces = [_trace(view, path, means, group, style, coloured) for style, group in groups]
    return Panel(view.names[path], tuple(traces), layout(view, path, scale), {})


def layout(view: Scheme, path: str, scale: Layout) -> Layout:
    levels = view.plan.factors[path]
    return {
        "xaxis": {
            "tickvals": list(range(len(levels))),
            "ticktext": [tick_text(level_text(level)) for level in levels],
            "range": [-0.5, len(levels) - 0.5], "title": {"text": tick_text(view.names[path])},
            "zeroline": False, "showgrid": False,
        },
        "yaxis": scale, "hovermode": "closest",
    }  # fmt: skip


def _trace(
    view: Scheme, path: str, means: Means, places: list[int], style: Look, coloured: bool
) -> Trace:
    unit = view.plan.compare.unit
    found = (each[places] for each in (means.mean, means.low, means.high))
    texts = [level_text(view.plan.factors[path][place]) for place in places]
    return {
        "type": "scatter", "mode": "markers" if coloured else "lines+markers",
        "x": places, "y": numbers(means.mean[places]),
        "customdata": [
            [tick_text(text), *_ends(means, at, unit)]
            for text, at in zip(texts, places, strict=True)
        ],
        "error_y": error_bars(*found, thickness=1.6, width=4, color=style.light),
        "line": {"color": style.light, "width": 1, "dash": "dot"},
        "marker": {"color": style.light, "size": 9, "symbol": style.symbol},
        "hovertemplate": f"%{{customdata[0]}}: {hover(unit, 3)} ({_BETWEEN[unit == FACTOR]})"
                         "<extra></extra>",
        **({"legendgroup": str(places[0])} if coloured else {}),
    }  # fmt: skip


_BETWEEN = ("%{customdata[1]:.4g} to %{customdata[2]:.4g}", "%{customdata[1]} to %{customdata[2]}")


def _ends(means: Means, place: int, unit: str) -> list[Any]:
    """The interval of one level; of a factor in words, and with the mean."""
    low, mean, high = (float(each[place]) for each in (means.low, means.mean, means.high))
    if unit == FACTOR:
        return [value_text(x, unit) for x in (low, high, mean)]
    return numbers([low, high])
