"""Draws `influence`: what the variants reached by what is left of their gradient."""

from collections.abc import Mapping, Sequence

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.palette import look
from orchestrator.reports.figures.records import (
    STAYS,
    Figure,
    Layout,
    Panel,
    Trace,
    linear_range,
    log_axis,
    log_range,
    numbers,
)
from orchestrator.reports.statistics.gradients.influence import Influence, Point
from orchestrator.reports.text.captions.gradients import influence as words
from orchestrator.reports.text.names import metric_text
from orchestrator.reports.text.phrases import epoch_text

_ENDS = {
    "depth": "gradient at the first / last hidden layer",
    "time": "gradient at the longest / shortest lag",
}


def draw(view: Scheme, found: Sequence[Influence], axis: str) -> Figure | None:
    """None below three variants that decay."""
    shown = [each for each in found if each.axis == axis]
    if not shown:
        return None
    metric = metric_text(view.plan.compare.metric)
    return Figure(
        name=f"influence_{axis}",
        title=words.title(axis, metric),
        caption=words.caption(len(shown[0].points)),
        columns=2,
        height_px=280,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(),
        panels=tuple(_panel(view, each, shown) for each in shown),
        lesson=words.lesson(shown, metric),
        arrangement=STAYS,
    )


def _panel(view: Scheme, each: Influence, shown: Sequence[Influence]) -> Panel:
    points = {point.variant_id: point for point in each.points}
    variants = [variant for variant in view.plan.variants if variant.variant_id in points]
    traces = tuple(_trace(view, place, own, points) for place, own in view.by_colour(variants))
    places = tuple(view.order[variant.variant_id] for variant in variants)
    layout = _layout(view, each.axis, shown)
    return Panel(epoch_text(each.epoch), traces, layout, {}, variants=places)


def _layout(view: Scheme, axis: str, shown: Sequence[Influence]) -> Layout:
    points = [point for each in shown for point in each.points]
    across = log_axis(log_range([*(point.total.value for point in points), 1.0]))
    reached = [x for p in points for x in (p.outcome.mean, p.outcome.low, p.outcome.high)]
    up: Layout = {"range": linear_range(reached), "zeroline": False,
                  "title": {"text": metric_text(view.plan.compare.metric)}}  # fmt: skip
    if view.plan.compare.unit == "share":
        up["tickformat"] = ".0%"
    one = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": 1, "x1": 1,
           "line": {"color": "rgba(128,128,128,1)", "width": 1, "dash": "dot"}}  # fmt: skip
    return {"xaxis": {**across, "title": {"text": _ENDS[axis]}}, "yaxis": up,
            "hovermode": "closest", "shapes": [one]}  # fmt: skip


def _trace(view: Scheme, place: int, variants: Sequence[Variant], of: Mapping[str, Point]) -> Trace:
    points, style = [of[variant.variant_id] for variant in variants], look(place)
    halves = [
        p.outcome.high - p.outcome.mean
        if p.outcome.high is not None and p.outcome.mean is not None
        else 0.0
        for p in points
    ]
    return {
        "type": "scatter", "mode": "markers", "legendgroup": str(place),
        "x": numbers([p.total.value for p in points]),
        "y": numbers([p.outcome.mean if p.outcome.mean is not None else float("nan")
                      for p in points]),
        "customdata": [view.hover_name(variant) for variant in variants],
        **view.tag_points(variants),
        "error_y": {"type": "data", "array": numbers(halves), "thickness": 1.2, "width": 3,
                    "color": style.light},
        "marker": {"color": style.light, "size": 8, "symbol": style.symbol},
        "hovertemplate": "%{customdata}<br>left: %{x:.2g}, reached: %{y:.4g}<extra></extra>",
    }  # fmt: skip
