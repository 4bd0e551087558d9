"""Draws `tuning_audit`: what a smaller budget reaches, and score by nuisance setting."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from orchestrator.plan_document import Nuisance, Tune, Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.lines import variant_line
from orchestrator.reports.figures.outcomes.curves import ARRANGEMENT, arrangement, columns
from orchestrator.reports.figures.palette import look
from orchestrator.reports.figures.records import (
    Chooser,
    Figure,
    Layout,
    Panel,
    Trace,
    linear_range,
    log_axis,
    log_range,
    numbers,
)
from orchestrator.reports.statistics.tuning.tuning_audit import Audit, Tried
from orchestrator.reports.text.captions.tuning import tuning_audit as words
from orchestrator.reports.text.names import short_names

SETTING = "setting"  # key of the chooser
_RING = 100  # plotly's number of an open circle, which is then no level's symbol

Audits = Mapping[str, Audit]  # by variant id


def best_of(view: Scheme, audits: Sequence[Audit]) -> Figure | None:
    """Expected best validation score by number of points.

    None where points follow from the scores of others: they are not exchangeable.
    """
    tune = view.plan.tune
    if tune is None or not audits or tune.method != "sobol":
        return None
    of = {audit.variant_id: audit for audit in audits}
    span = linear_range([score for audit in audits for score in audit.best_of])
    most = max(len(audit.best_of) for audit in audits)
    layout = {
        "xaxis": {"title": {"text": "points tried"}, "zeroline": False,
                  "dtick": 1 if most <= 12 else None},
        "yaxis": {**_score_axis(tune), "range": span},
        "hovermode": "x",
    }  # fmt: skip
    title, caption = words.best_of_title(tune), words.best_of_caption(tune, most)
    return _figure(view, "best_of", title, caption, (), [
        Panel(facet.title, tuple(_rising(view, v, of[v.variant_id]) for v in _known(facet, of)),
              layout, facet.when, variants=facet.places)
        for facet in facets(view, *arrangement(view))
    ])  # fmt: skip


def isolation(view: Scheme, audits: Sequence[Audit]) -> Figure | None:
    """Validation score by the value of each nuisance setting, one at a time."""
    tune = view.plan.tune
    if tune is None or not audits:
        return None
    of = {audit.variant_id: audit for audit in audits}
    names = short_names(tune.settings)
    options = tuple((path, names[path]) for path in tune.settings)
    chooser = Chooser(SETTING, "setting", options, options[0][0])
    title, caption = words.isolation_title(tune), words.ISOLATION_CAPTION
    panels = [
        panel for path in tune.settings for panel in _isolated(view, tune, path, of, names[path])
    ]
    return _figure(view, "isolation", title, caption, (chooser,), panels)


def _figure(
    view: Scheme,
    name: str,
    title: str,
    caption: str,
    first: tuple[Chooser, ...],
    panels: Iterable[Panel],
) -> Figure:
    split, choose = arrangement(view)
    return Figure(
        name=name, title=title, caption=caption, columns=columns(view, split),
        height_px=220 if any(split) else 320, legend_title=view.legend_title, legend=view.legend,
        choosers=(*first, *choosers(view, choose)), panels=tuple(panels), arrangement=ARRANGEMENT,
    )  # fmt: skip


def _known(facet: Facet, of: Audits) -> list[Variant]:
    return [variant for variant in facet.variants if variant.variant_id in of]


def _score_axis(tune: Tune) -> Layout:
    form = {"tickformat": ".2~%"} if tune.unit == "share" else {}
    return {**form, "zeroline": False}


def _rising(view: Scheme, variant: Variant, audit: Audit) -> Trace:
    style = look(view.colour(variant))
    marker = {"color": style.light, "size": 6, "symbol": style.symbol}
    points = range(1, len(audit.best_of) + 1)
    hover = f"{view.line_name(variant)}: %{{y:.4g}}"
    best = audit.best_of
    return variant_line(view, variant, points, best, hover, mode="lines+markers", marker=marker)


def _isolated(view: Scheme, tune: Tune, path: str, of: Audits, name: str) -> list[Panel]:
    scores = [p.score for audit in of.values() for p in audit.points if p.score is not None]
    span = linear_range(scores, 0.1) or [0.0, 1.0]
    layout = {
        "xaxis": {**_value_axis(tune.settings[path]), "title": {"text": name}},
        "yaxis": {**_score_axis(tune), "range": span},
        "hovermode": "closest",
    }
    made = []
    for facet in facets(view, *arrangement(view)):
        traces = [t for v in _known(facet, of) for t in _marks(view, v, of, path, span[0])]
        when = {**facet.when, SETTING: path}
        made.append(Panel(facet.title, tuple(traces), layout, when, variants=facet.places))
    return made


def _value_axis(ranges: Sequence[Nuisance]) -> Layout:
    """Of all ranges of one setting."""
    levels = [str(level) for nuisance in ranges for level in nuisance.levels or ()]
    if levels:
        return {"type": "category", "zeroline": False,
                "categoryarray": list(dict.fromkeys(levels))}  # fmt: skip
    ends = [end for nuisance in ranges for end in (nuisance.low, nuisance.high)]
    if any(nuisance.kind == "log_uniform" for nuisance in ranges) and min(e or 0 for e in ends) > 0:
        return log_axis(log_range(ends))
    return {"range": linear_range(ends), "zeroline": False}


def _marks(view: Scheme, variant: Variant, of: Audits, path: str, foot: float) -> list[Trace]:
    points = [p for p in of[variant.variant_id].points if path in p.settings]
    scored = [p for p in points if p.score is not None]
    lost = [p for p in points if p.score is None and p.lost]
    rings = [p for p in scored if p.selected]
    place = view.colour(variant)
    style = look(place)
    plain = {"color": style.light, "size": 7, "symbol": style.symbol, "opacity": 0.75}
    ring = {"color": style.light, "size": 15, "symbol": _RING, "line": {"width": 2}}
    cross = {"color": style.light, "size": 8, "symbol": "x-thin-open", "line": {"width": 1.5}}
    return [
        _scatter(view, variant, path, scored, [p.score or 0.0 for p in scored], plain),
        _scatter(view, variant, path, rings, [p.score or 0.0 for p in rings], ring),
        *([_scatter(view, variant, path, lost, [foot] * len(lost), cross)] if lost else []),
    ]


def _scatter(
    view: Scheme,
    variant: Variant,
    path: str,
    points: Sequence[Tried],
    y: Sequence[float],
    marker: Mapping[str, object],
) -> Trace:
    place = view.colour(variant)
    values = [p.settings[path] for p in points]
    on_scale = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in values)
    ranges = view.plan.tune.settings[path] if view.plan.tune else ()
    as_text = any(nuisance.levels is not None for nuisance in ranges)
    return {
        "type": "scatter", "mode": "markers", "legendgroup": str(place), "cliponaxis": False,
        "x": numbers(np.array(values, dtype=float)) if on_scale and not as_text
             else [str(x) for x in values],
        "y": numbers(y), "marker": dict(marker), **view.tag(variant),
        "customdata": [[p.point, p.lost] for p in points],
        "hovertemplate": f"{view.line_name(variant)}, point %{{customdata[0]}}: %{{x}} gives "
                         "%{y}, %{customdata[1]} lost<extra></extra>",
    }  # fmt: skip
