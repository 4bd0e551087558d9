"""Draws `cost`: seconds that one trial of each variant took."""

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.outcomes import outcomes
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
from orchestrator.reports.statistics.outcomes.cost import Cost
from orchestrator.reports.text.captions.outcomes import cost as words


def draw(view: Scheme, cost: Cost | None) -> Figure | None:
    """None while nothing is trained. Panels as in the main figure, one row of them."""
    if cost is None or not cost.by_variant:
        return None
    means = [spent.mean_s for spent in cost.by_variant.values()]
    if not any(means):
        return None
    roles = view.roles
    columns = len(view.levels(roles.columns)) if roles.columns else 1
    choose = (roles.rows, *roles.rest)
    scale = log_axis(log_range(means))
    return Figure(
        name="cost",
        title=words.TITLE_OWN if view.plan.is_own else words.TITLE,
        caption=words.CAPTION_OWN if view.plan.is_own else words.CAPTION,
        columns=columns,
        height_px=220,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=choosers(view, choose),
        panels=tuple(
            _panel(view, facet, cost, scale) for facet in facets(view, (roles.columns,), choose)
        ),
        arrangement=Arrangement(("columns",), "dodged"),
    )


def _panel(view: Scheme, facet: Facet, cost: Cost, scale: Layout) -> Panel:
    groups = view.by_colour(v for v in facet.variants if v.variant_id in cost.by_variant)
    traces = tuple(_markers(view, place, own, cost) for place, own in groups)
    axes = {**outcomes.axes(view, {}), "yaxis": scale}
    return Panel(facet.title, traces, axes, facet.when, variants=facet.places)


def _markers(view: Scheme, place: int, variants: list[Variant], cost: Cost) -> Trace:
    spent = [cost.by_variant[variant.variant_id] for variant in variants]
    style = look(place)
    return {
        "type": "scatter", "mode": "markers", "legendgroup": str(place),
        **view.tag_points(variants),
        "x": numbers([outcomes.x_position(view, variant) for variant in variants]),
        "y": numbers([each.mean_s for each in spent]),
        "customdata": [[view.hover_name(variant), each.n]
                       for variant, each in zip(variants, spent, strict=True)],
        "marker": {"color": style.light, "size": 8, "symbol": style.symbol},
        "hovertemplate": "%{customdata[0]}<br>%{y:.3g} s per trial, n = %{customdata[1]}"
                         "<extra></extra>",
    }  # fmt: skip
