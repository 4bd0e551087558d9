"""Draws `curves`: mean by epoch with its interval, one panel for each x and column.

Its list also offers `replicate_curves`, the trials one by one, and the generalisation gap.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.initial_levels import initial_levels
from orchestrator.reports.figures.lines import variant_band, variant_line
from orchestrator.reports.figures.outcomes.outcomes import Outcomes, value_axis
from orchestrator.reports.figures.records import (
    Arrangement,
    Chooser,
    Figure,
    Floats,
    Layout,
    Panel,
    Trace,
    linear_range,
)
from orchestrator.reports.figures.tasks import baselines
from orchestrator.reports.figures.tasks.baselines import Baselines
from orchestrator.reports.statistics.outcomes.curves import Curve, ReplicateCurves
from orchestrator.reports.text.captions.outcomes import curves as words
from orchestrator.reports.text.names import metric_text

METRIC = "metric"  # key of the chooser
FLATTENED = 1 / 3  # of the height, to which epoch 0 may press the curves of all later epochs
MOST_PANELS = 20  # beyond, the x factor is chosen from a list too
MOST_TRIALS = 2000  # that are drawn one by one: beyond, they would fill the page
EACH = "each replicate"  # the option of the chooser
ARRANGEMENT = Arrangement(("x", "columns"), most=MOST_PANELS)

Curves = Mapping[str, Curve]  # variant id → curve of one metric


@dataclass(frozen=True)
class Drawn:
    """What the figure shows: means of all metrics, and the trials of the compared one."""

    means: Sequence[Curve]
    single: Sequence[ReplicateCurves]

    @property
    def trials(self) -> int:
        return sum(len(each.replicates) for each in self.single)

    @property
    def has_single(self) -> bool:
        """A variant of one replicate is its own mean."""
        return len(self.single) < self.trials <= MOST_TRIALS


def draw(view: Scheme, drawn: Drawn, results: Outcomes, least: Baselines) -> Figure | None:
    """None where nothing was measured twice. The metric that the study compares comes first."""
    every = drawn.means
    shown = _metrics(view, every)
    if all(len(each.epochs) < 2 for each in every):  # an own trial may report its end alone
        return None
    split, choose = arrangement(view)
    made = facets(view, split, choose)
    return Figure(
        name="curves",
        title=words.TITLE,
        caption=words.caption(every, _cut(view, every), view.plan.compare.metric, drawn.has_single)
        + baselines.caption_of_all(view, least, shown),
        columns=columns(view, split),
        height_px=190 if any(split) else 340,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(
            _chooser(shown, drawn),
            *choosers(view, choose, initial_levels(view, results, choose)),
        ),
        panels=(
            *(panel for name in shown for panel in _mean_panels(view, made, every, least, name)),
            *(_single_panels(view, made, drawn, least) if drawn.has_single else ()),
        ),
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


def _chooser(shown: Sequence[str], drawn: Drawn) -> Chooser:
    options = [(name, f"{metric_text(name)}, mean") for name in shown]
    if drawn.has_single:
        options.insert(1, (EACH, f"{metric_text(shown[0])}, {EACH}"))
    return Chooser(METRIC, "show", tuple(options), shown[0])


def _mean_panels(
    view: Scheme, made: Sequence[Facet], every: Sequence[Curve], least: Baselines, metric: str
) -> Iterator[Panel]:
    of = {curve.variant_id: curve for curve in every if curve.metric == metric}
    span = value_span(tuple(of.values()), _unit(view, metric))
    axes = _Axes(view, least, metric, span, _last(of.values()))
    for facet in made:
        sizes = _sizes(facet, of)
        yield Panel(
            facet.title,
            _traces(view, facet.variants, of),
            axes.layout(facet.variants),
            {**facet.when, METRIC: metric},
            view.thinned(sizes),
            facet.places,
            short=view.short(sizes),
        )


def _single_panels(
    view: Scheme, made: Sequence[Facet], drawn: Drawn, least: Baselines
) -> Iterator[Panel]:
    metric = view.plan.compare.metric
    means = [curve for curve in drawn.means if curve.metric == metric]
    first = 1 if starts_outside(means, _unit(view, metric)) else 0
    of = {each.variant_id: each for each in drawn.single}
    span = linear_range(
        np.concatenate([e.values[:, np.array(e.epochs) >= first].ravel() for e in drawn.single])
    )
    axes = _Axes(view, least, metric, span, _last(of.values()))
    for facet in made:
        lines = [_lines(view, v, of[v.variant_id]) for v in facet.variants if v.variant_id in of]
        when = {**facet.when, METRIC: EACH}
        layout = axes.layout(facet.variants) | {"hovermode": "closest"}
        yield Panel(facet.title, tuple(lines), layout, when, variants=facet.places)


@dataclass(frozen=True)
class _Axes:
    """Of all panels of one option."""

    view: Scheme
    least: Baselines
    metric: str
    span: list[float] | None
    last_epoch: int

    def layout(self, variants: Sequence[Variant]) -> Layout:
        lines = baselines.lines(self.view, self.least, self.metric.split("/")[-1])
        span = baselines.widened(self.span, lines)
        step = 1 if self.last_epoch <= 10 else None
        return {
            "xaxis": {"title": {"text": "epoch"}, "zeroline": False, "dtick": step},
            "yaxis": {**value_axis(_unit(self.view, self.metric), span), "zeroline": False},
            "hovermode": "x",
        } | baselines.layout(span, baselines.crossing(lines, variants), {})


def _unit(view: Scheme, metric: str) -> str:
    known = view.plan.metrics.get(metric.split("/")[-1])
    return known.unit if known else ""


def _last(every: Iterable[Curve | ReplicateCurves]) -> int:
    return max(epoch for curve in every for epoch in curve.epochs)


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


def _means(every: Sequence[Curve], first: int) -> Floats:
    """From an epoch on, one curve after another."""
    own = [curve.mean[bisect_left(curve.epochs, first) :] for curve in every]
    return np.concatenate(own) if own else np.empty(0)


def _finite_span(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.ptp(finite)) if finite.size else 0.0


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


def _lines(view: Scheme, variant: Variant, own: ReplicateCurves) -> Trace:
    """One trace of all replicates: a missing value parts one from the next."""
    count = len(own.epochs) + 1
    apart = np.column_stack([own.values, np.full(len(own.replicates), np.nan)])
    hover = f"{view.line_name(variant)} %{{y:.4g}}, replicate %{{customdata}}"
    trace = variant_line(view, variant, [*own.epochs, own.epochs[-1]] * len(own.replicates),
                         apart.ravel(), hover, opacity=0.6,
                         customdata=np.repeat(own.replicates, count).tolist())  # fmt: skip
    return {**trace, "line": {**trace["line"], "width": 1, "dash": "solid"}}
