"""Draws the factor per layer of `decay`: one number for each variant."""

from collections.abc import Mapping, Sequence

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets, seen_together
from orchestrator.reports.figures.gradients.decay import deepest
from orchestrator.reports.figures.outcomes.outcomes import x_axis, x_position
from orchestrator.reports.figures.palette import look
from orchestrator.reports.figures.records import (
    Arrangement,
    Figure,
    Layout,
    Panel,
    Trace,
    log_axis,
    log_range,
    numbers,
)
from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.statistics.gradients.geometric import Estimate
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.text.captions.gradients import factor_per_layer as words
from orchestrator.reports.text.phrases import epoch_text

Factors = Mapping[str, Estimate]  # by variant id


def draw(view: Scheme, profiles: Sequence[Profile]) -> Figure | None:
    """None where no network has two hidden layers."""
    found = [p for p in profiles if p.quantity == "delta" and p.factor is not None]
    if not found:
        return None
    scale = _scale(found)
    choose = (view.roles.rows, *view.roles.rest)
    groups = seen_together(facets(view, (view.roles.columns,), choose))
    return Figure(
        name="factor_per_layer",
        title=words.TITLE,
        caption=words.caption(found),
        columns=len(view.levels(view.roles.columns)) if view.roles.columns else 2,
        height_px=230,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=choosers(view, choose, deepest(view, found, choose)),
        panels=tuple(
            _panel(view, facet, _factors(found, epoch), epoch, scale)
            for group in groups
            for epoch in first_and_last(p.epoch for p in found)
            for facet in group
        ),
        lesson=words.lesson(found),
        arrangement=Arrangement(("columns",), "dodged"),
    )


def _factors(found: Sequence[Profile], epoch: int) -> Factors:
    return {p.variant_id: p.factor for p in found if p.epoch == epoch and p.factor}


def _scale(found: Sequence[Profile]) -> Layout:
    epochs = first_and_last(p.epoch for p in found)
    shown = [p.factor for p in found if p.epoch in epochs and p.factor]
    return log_axis(log_range([x for f in shown for x in (f.value, f.low, f.high, 1.0)]))


def _panel(view: Scheme, facet: Facet, of: Factors, epoch: int, scale: Layout) -> Panel:
    known = [variant for variant in facet.variants if variant.variant_id in of]
    traces = [_trace(view, place, own, of) for place, own in view.by_colour(known)]
    sizes = {variant.variant_id: (of[variant.variant_id].n, 0) for variant in known}
    return Panel(
        facet.titled(epoch_text(epoch)),
        tuple(traces),
        _layout(view, scale),
        facet.when,
        view.thinned(sizes),
        facet.places,
        epoch_text(epoch),
        view.short(sizes),
    )


def _layout(view: Scheme, scale: Layout) -> Layout:
    one = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1,
           "line": {"color": "rgba(128,128,128,1)", "width": 1, "dash": "dot"}}  # fmt: skip
    return {"xaxis": x_axis(view), "yaxis": scale, "hovermode": "closest", "shapes": [one]}


def _trace(view: Scheme, place: int, variants: Sequence[Variant], of: Factors) -> Trace:
    found, style = [of[variant.variant_id] for variant in variants], look(place)
    above = [f.high - f.value if f.high is not None else 0.0 for f in found]
    below = [f.value - f.low if f.low is not None else 0.0 for f in found]
    return {
        "type": "scatter", "mode": "markers", "legendgroup": str(place),
        **view.tag_points(variants),
        "x": numbers([x_position(view, v) for v in variants]),
        "y": numbers([f.value for f in found]),
        "customdata": [
            [view.hover_name(v), f.n, f"{f.low or f.value:.2g} to {f.high or f.value:.2g}"]
            for v, f in zip(variants, found, strict=True)
        ],
        "error_y": {"type": "data", "array": numbers(above), "arrayminus": numbers(below),
                    "thickness": 1.6, "width": 4, "color": style.light},
        "marker": {"color": style.light, "size": 9, "symbol": style.symbol},
        "hovertemplate": "%{customdata[0]}<br>× %{y:.2g} per layer (%{customdata[2]}), "
                         "n = %{customdata[1]}<extra></extra>",
    }  # fmt: skip
