"""Draws `influence`: what the variants reached by what is left of their gradient."""

from collections.abc import Mapping, Sequence

from orchestrator.reports.data.read import Variant
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.gradients.profiles import epoch_text
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
from orchestrator.reports.statistics.gradients.influence import Correlation, Influence, Point
from orchestrator.reports.text.names import MINUS, metric_text

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
    where = "depth" if axis == "depth" else "time"
    return Figure(
        name=f"influence_{axis}",
        title=f"Does decay through {where} matter? Final {metric} by what is left of the gradient",
        caption=(
            f"One marker a variant (n = {len(shown[0].points)}): geometric mean of the gradient's "
            "total decay, mean of the metric over completed trials; bars: 95 % t-intervals. "
            "Dotted: no decay. The variants are those of the study, no random sample, and what "
            "makes gradients vanish changes other things too: this shows what goes together, not "
            "why."
        ),
        columns=2,
        height_px=280,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(),
        panels=tuple(_panel(view, each, shown) for each in shown),
        lesson=" ".join(_told(each, metric) for each in shown),
        arrangement=STAYS,
    )


def _told(found: Influence, metric: str) -> str:
    """Both correlations of one probe in a sentence."""
    when = epoch_text(found.epoch).capitalize()
    if found.arrives.rho is None:
        return f"{when} every variant has the same rank: nothing can be said."
    return (
        f"{when}, over {found.arrives.n} variants: {_direction(found.arrives, metric)} "
        f"(rank correlation {_text(found.arrives)}); "
        f"with its distance from no decay, {_text(found.change)}."
    )


def _direction(rho: Correlation, metric: str) -> str:
    if not rho.sign:
        return f"whether more gradient goes with better {metric} is undecided"
    word = "better" if rho.sign > 0 else "worse"
    return f"the more of the gradient arrives, the {word} the {metric}"


def _text(rho: Correlation) -> str:
    """+.82 [+.64, +.91]."""
    if rho.rho is None:
        return "none"
    values = [x for x in (rho.rho, rho.low, rho.high) if x is not None]
    texts = [f"{x:+.2f}".replace("-", MINUS) for x in values]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]" if len(texts) == 3 else texts[0]


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
