"""A pair of factors as a heat map: its means, written into their cells."""

from collections.abc import Sequence

import numpy as np

from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.outcomes.outcomes import tick_text
from orchestrator.reports.figures.records import Layout, Panel, Trace, numbers
from orchestrator.reports.statistics.factorial.marginal_means import Means
from orchestrator.reports.text.names import interval_text, level_name, level_text, value_text

MOST_WRITTEN = 10  # columns; beyond, a number no longer fits into its cell


def heat_map(
    view: Scheme, paths: tuple[str, str], means: Means, span: list[float], when: dict[str, str]
) -> Panel:
    """paths: (of the rows, of the columns), as `means` has its axes; span: of the colours."""
    title = f"{view.names[paths[0]]} × {view.names[paths[1]]}"
    return Panel(title, (_cells(view, paths, means, span),), _axes(view, paths), when)


def _cells(view: Scheme, paths: tuple[str, str], means: Means, span: list[float]) -> Trace:
    unit = view.plan.compare.unit
    written = len(view.plan.factors[paths[1]]) <= MOST_WRITTEN
    return {
        "type": "heatmap",
        "z": [numbers(row) for row in means.mean],
        "text": [[value_text(value, unit) for value in row] for row in means.mean],
        "customdata": _hover(view, paths, means),
        "texttemplate": "%{text}" if written else "",
        "zmin": span[0], "zmax": span[1], "colorscale": "Viridis", "xgap": 1, "ygap": 1,
        "showscale": False,
        "hovertemplate": "%{customdata}: %{text}<extra></extra>",
    }  # fmt: skip


def _hover(view: Scheme, paths: tuple[str, str], means: Means) -> list[list[str]]:
    rows, columns = (
        [tick_text(level_name(view.names[path], level)) for level in view.plan.factors[path]]
        for path in paths
    )
    unit = view.plan.compare.unit
    return [
        [
            f"{row}, {column} {interval_text(means.low[i, j], means.high[i, j], unit)}"
            for j, column in enumerate(columns)
        ]
        for i, row in enumerate(rows)
    ]


def _axes(view: Scheme, paths: tuple[str, str]) -> Layout:
    """The first level is at the top, and at the left."""
    yaxis, xaxis = (_axis(view, path) for path in paths)
    rows = len(view.plan.factors[paths[0]])
    yaxis |= {"range": [rows - 0.5, -0.5], "automargin": True}
    return {"xaxis": xaxis, "yaxis": yaxis, "hovermode": "closest"}


def _axis(view: Scheme, path: str) -> Layout:
    levels = view.plan.factors[path]
    return {
        "tickvals": list(range(len(levels))),
        "ticktext": [tick_text(level_text(level)) for level in levels],
        "title": {"text": tick_text(view.names[path]), "standoff": 8},
        "zeroline": False, "showgrid": False,
    }  # fmt: skip


def colour_span(every: Sequence[Means]) -> list[float]:
    """From the lowest mean of all pairs to the highest, so that one colour is one value."""
    means = np.concatenate([each.mean.ravel() for each in every])
    return [float(np.nanmin(means)), float(np.nanmax(means))]
