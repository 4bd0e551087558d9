"""Draws `class_accuracy`: the share of right answers of each class, with its interval."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets
from orchestrator.reports.figures.lines import error_bars
from orchestrator.reports.figures.outcomes.outcomes import tick_text, value_axis
from orchestrator.reports.figures.palette import look
from orchestrator.reports.figures.records import (
    Arrangement,
    Figure,
    Layout,
    Panel,
    Trace,
    linear_range,
    numbers,
)
from orchestrator.reports.statistics.predictions.analysis import Predicted
from orchestrator.reports.statistics.predictions.confusion import Confusions
from orchestrator.reports.text.captions.predictions import class_accuracy as words
from orchestrator.reports.text.names import interval_text


def draw(view: Scheme, predicted: Predicted | None) -> Figure | None:
    """None without predictions. The classes of the confusion matrices, side by side."""
    if predicted is None:
        return None
    roles = view.roles
    choose = (roles.x, roles.rows, *roles.rest)
    own = {v: each for each in predicted.confusions for v in each.task.variants}
    scale = value_axis("share", linear_range(_ends(predicted)))
    return Figure(
        name="class_accuracy",
        title=words.title(predicted.split),
        caption=words.caption(predicted.confusions),
        columns=1,
        height_px=300,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=choosers(view, choose),
        panels=tuple(
            _panel(view, facet, own, predicted, scale)
            for facet in facets(view, (roles.columns,), choose)
        ),
        arrangement=Arrangement(("columns",), dashed=False),
    )


def _ends(predicted: Predicted) -> list[float]:
    every = predicted.class_accuracies
    return [
        float(x)
        for each in predicted.confusions
        for variant in each.task.variants
        for ends in (every[variant].low, every[variant].high, every[variant].mean)
        for x in ends[list(each.classes)]
        if np.isfinite(x)
    ]


def _panel(
    view: Scheme,
    facet: Facet,
    own: Mapping[str, Confusions],
    predicted: Predicted,
    scale: Layout,
) -> Panel:
    known = [variant for variant in facet.variants if variant.variant_id in own]
    if not known:
        return Panel(facet.title, (), {}, facet.when, words.NONE, facet.places)
    shown = own[known[0].variant_id]
    traces = tuple(_dots(view, v, own[v.variant_id], predicted) for v in known)
    axes = {"xaxis": _classes(shown), "yaxis": {**scale, "zeroline": False}}
    return Panel(
        facet.title, traces, {**axes, "hovermode": "closest"}, facet.when, variants=facet.places
    )


def _dots(view: Scheme, variant: Variant, shown: Confusions, predicted: Predicted) -> Trace:
    found = predicted.class_accuracies[variant.variant_id]
    classes = list(shown.classes)
    mean, low, high = (each[classes] for each in (found.mean, found.low, found.high))
    place = view.colour(variant)
    style = look(place)
    return {
        "type": "scatter", "mode": "markers", "legendgroup": str(place),
        "x": numbers(np.arange(len(classes)) + _aside(view, place)), "y": numbers(mean),
        "error_y": error_bars(mean, low, high, thickness=1.4, width=2, color=style.light),
        "customdata": [
            [f"{view.hover_name(variant)}<br>{escape(shown.task.classes[number])}",
             f"{interval_text(low[i], high[i], 'share')}, "
             f"{found.answers[number]:,.0f} answers in {found.replicates[number]:.0f} replicates"]
            for i, number in enumerate(classes)
        ],
        "marker": {"color": style.light, "size": 7, "symbol": style.symbol},
        "hovertemplate": "%{customdata[0]}: %{y:.1%} %{customdata[1]}<extra></extra>",
        **view.tag(variant),
    }  # fmt: skip


def _aside(view: Scheme, place: int) -> float:
    """A step for each colour, so that intervals do not cover each other."""
    colours = len(view.levels(view.roles.colour)) if view.roles.colour else 1
    return (place - (colours - 1) / 2) * (0.7 / colours)


def _classes(shown: Confusions) -> Layout:
    names: Sequence[str] = [tick_text(shown.task.classes[each]) for each in shown.classes]
    return {
        "tickvals": list(range(len(names))), "ticktext": names,
        "range": [-0.6, len(names) - 0.4], "title": {"text": words.CLASS},
        "zeroline": False, "showgrid": False, "automargin": True,
    }  # fmt: skip
