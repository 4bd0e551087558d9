"""Draws `curves`: mean by epoch with its interval, one panel for each x and column."""

from collections.abc import Mapping, Sequence
from math import isfinite

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.initial_levels import initial_levels
from orchestrator.reports.figures.lines import variant_band, variant_line
from orchestrator.reports.figures.outcomes.outcomes import Outcomes, value_axis
from orchestrator.reports.figures.records import (
    Arrangement,
    Chooser,
    Figure,
    Panel,
    Trace,
    linear_range,
)
from orchestrator.reports.figures.tasks import baselines
from orchestrator.reports.figures.tasks.baselines import Baselines
from orchestrator.reports.statistics.outcomes.curves import Curve
from orchestrator.reports.text.captions.outcomes import curves as words
from orchestrator.reports.text.names import metric_text

METRIC = "metric"  # key of the chooser
FLATTENED = 1 / 3  # of the height, to which epoch 0 may press the curves of all later epochs
MOST_PANELS = 20  # beyond, the x factor is chosen from a list too
ARRANGEMENT = Arrangement(("x", "columns"), most=MOST_PANELS)

Curves = Mapping[str, Curve]  # variant id → curve of one metric


def draw(
    view: Scheme, every: Sequence[Curve], results: Outcomes, least: Baselines
) -> Figure | None:
    """None without metrics. The metric that the study compares comes first."""
    shown = _metrics(view, every)
    if not shown:
        return None
    split, choose = arrangement(view)
    made = facets(view, split, choose)
    return Figure(
        name="curves",
        title=words.TITLE,
        caption=words.caption(every, _cut(view, every))
        + baselines.caption_of_all(view, least, shown),
        columns=columns(view, split),
        height_px=190 if any(split) else 340,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(
            _metric_chooser(shown),
            *choosers(view, choose, initial_levels(view, results, choose)),
        ),
        panels=tuple(panel for name in shown for panel in _panels(view, made, every, least, name)),
        scale="linear",
        arrangement=ARRANGEMENT,
    )


def _cut(view: Scheme, every: Sequence[Curve]) -> list[str]:
    """Metrics whose values before training lie outside the axis."""
    units = {name: metric.unit for name, metric in view.plan.metrics.items()}
    of = {name: [each for each in every if each.metric == name] for name in _metrics(view, every)}
    return [n for n, own in of.items() if starts_outside(own, units.get(n.split("/")[-1], ""))]


def arrangement(view: Scheme) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    """(factors that make panels, factors that are chosen from a list)."""
    roles = view.roles
    count = [len(view.levels(path)) for path in (roles.x, roles.columns) if path]
    if len(count) == 2 and count[0] * count[1] > MOST_PANELS:
        return (roles.columns,), (roles.x, roles.rows, *roles.rest)
    return (roles.x, roles.columns), (roles.rows, *roles.rest)


def columns(view: Scheme, split: tuple[str | None, ...]) -> int:
    """As many as the column factor has levels; without one, up to four along x."""
    along = view.roles.columns or next((path for path in split if path), None)
    count = len(view.levels(along)) if along else 1
    return count if view.roles.columns else min(4, count)


def _metrics(view: Scheme, every: Sequence[Curve]) -> list[str]:
    found = sorted({curve.metric for curve in every})
    return sorted(found, key=lambda name: (name != view.plan.compare.metric, name))


def _metric_chooser(shown: Sequence[str]) -> Chooser:
    return Chooser(METRIC, "metric", tuple((name, metric_text(name)) for name in shown), shown[0])


def _panels(
    view: Scheme, made: Sequence[Facet], every: Sequence[Curve], least: Baselines, metric: str
) -> list[Panel]:
    of = {curve.variant_id: curve for curve in every if curve.metric == metric}
    name = metric.split("/")[-1]
    lines = baselines.lines(view, least, name)
    known = view.plan.metrics.get(name)
    unit = known.unit if known else ""
    span = baselines.widened(value_span(tuple(of.values()), unit), lines)
    scale = value_axis(unit, span)
    last = max(epoch for curve in of.values() for epoch in curve.epochs)
    layout = {
        "xaxis": {"title": {"text": "epoch"}, "zeroline": False,
                  "dtick": 1 if last <= 10 else None},
        "yaxis": {**scale, "zeroline": False},
        "hovermode": "x",
    }  # fmt: skip
    return [
        Panel(
            facet.title,
            _traces(view, facet.variants, of),
            layout | baselines.layout(span, baselines.crossing(lines, facet.variants), {}),
            {**facet.when, METRIC: metric},
            view.thinned(_sizes(facet, of)),
            facet.places,
            short=view.short(_sizes(facet, of)),
        )
        for facet in made
    ]


def value_span(every: Sequence[Curve], unit: str) -> list[float] | None:
    """Of one metric: from epoch 0 on, or from epoch 1 on where `starts_outside` says so."""
    first = 1 if starts_outside(every, unit) else 0
    return linear_range(_means(every, first))


def starts_outside(every: Sequence[Curve], unit: str) -> bool:
    """Whether the values before training would flatten the curves of all later epochs.

    Never for a share, which has both its ends on one axis.
    """
    whole, trained = (_finite_span(_means(every, first)) for first in (0, 1))
    return unit != "share" and 0 < trained < FLATTENED * whole


def _means(every: Sequence[Curve], first: int) -> list[float]:
    """From an epoch on."""
    return [
        float(value)
        for curve in every
        for epoch, value in zip(curve.epochs, curve.mean, strict=True)
        if epoch >= first
    ]


def _finite_span(values: Sequence[float]) -> float:
    finite = [value for value in values if isfinite(value)]
    return max(finite) - min(finite) if finite else 0.0


def _sizes(facet: Facet, of: Curves) -> dict[str, tuple[int, int]]:
    """variant id → (replicates at its last epoch, 0)."""
    known = [v.variant_id for v in facet.variants if v.variant_id in of]
    return {name: (min(of[name].n), 0) for name in known}


def _traces(view: Scheme, variants: Sequence[Variant], of: Curves) -> tuple[Trace, ...]:
    known = [variant for variant in variants if variant.variant_id in of]
    pairs = [(variant, of[variant.variant_id]) for variant in known]
    bands = [variant_band(view, v, curve.epochs, curve.low, curve.high) for v, curve in pairs]
    return (*bands, *(_line(view, *pair) for pair in pairs))


def _line(view: Scheme, variant: Variant, curve: Curve) -> Trace:
    hover = f"{view.line_name(variant)} %{{y:.4g}}, n = %{{customdata}}"
    return variant_line(view, variant, curve.epochs, curve.mean, hover, customdata=list(curve.n))
