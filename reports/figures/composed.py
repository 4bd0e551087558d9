"""A figure of the page → one plotly figure: its panels side by side, its legend beside them."""

from collections.abc import Mapping
from html import escape
from math import ceil
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from orchestrator.reports.figures.palette import look
from orchestrator.reports.figures.records import Figure, Key, Panel

PANEL_PX, GAP_PX = 260, 70  # wide, and between panels
ROWS_GAP_PX = 100  # for an axis title and the head of the next panel
LEGEND_PX, HEAD_PX, FOOT_PX = 130, 100, 60
_INK, _GRID, _LINE = "#1b1f24", "#e6eaef", "#d0d7de"
_AXIS = {
    "automargin": True, "showline": True, "ticks": "outside", "ticklen": 3,
    "gridcolor": _GRID, "linecolor": _LINE, "tickcolor": _LINE,
}  # fmt: skip


def composed(figure: Figure, chosen: Mapping[str, str] | None = None) -> go.Figure:
    """What the page shows with these options chosen; other lists stay as the page opens them.

    chosen: chooser's key → option. Raises ValueError that names what there is to choose.
    """
    panels = visible(figure, chosen or {})
    columns = max(1, min(figure.columns, len(panels)))
    rows = max(1, ceil(len(panels) / columns))
    width = columns * PANEL_PX + (columns - 1) * GAP_PX
    height = rows * figure.height_px + (rows - 1) * ROWS_GAP_PX
    gaps = {"horizontal_spacing": GAP_PX / width, "vertical_spacing": ROWS_GAP_PX / height}
    made = make_subplots(rows, columns, **gaps)
    for place, panel in enumerate(panels):
        _add(made, panel, place // columns + 1, place % columns + 1)
    for key in figure.legend:
        made.add_trace(_legend(key))
    return made.update_layout(_layout(figure, _title_text(figure, chosen), width, height))


def visible(figure: Figure, chosen: Mapping[str, str]) -> list[Panel]:
    """The panels that are seen with these options; a ValueError for one that does not exist."""
    for key, option in chosen.items():
        _check(figure, key, option)
    state = {each.key: each.chosen for each in figure.choosers} | dict(chosen)
    return [
        panel
        for panel in figure.panels
        if all(state.get(key, option) == option for key, option in panel.when.items())
    ]


def _check(figure: Figure, key: str, option: str) -> None:
    options = {each.key: [value for value, _ in each.options] for each in figure.choosers}
    if key not in options:
        known = ", ".join(options) or "nothing"
        raise ValueError(f"{figure.name} has no list {key!r}; there is: {known}")
    if option not in options[key]:
        known = ", ".join(options[key])
        raise ValueError(f"{key} of {figure.name} cannot be {option!r}; there is: {known}")


def _add(made: go.Figure, panel: Panel, row: int, column: int) -> None:
    """Traces, axes, and lines with their labels, which refer to the axes of their panel."""
    for trace in panel.data:
        made.add_trace({**trace, "showlegend": False}, row, column)
    made.update_xaxes(_AXIS | panel.layout.get("xaxis", {}), row=row, col=column)
    made.update_yaxes(_AXIS | panel.layout.get("yaxis", {}), row=row, col=column)
    subplot = made.get_subplot(row, column)
    axes = {"x": subplot.xaxis.plotly_name, "y": subplot.yaxis.plotly_name}
    if panel.title:
        made.add_annotation(_placed(_title(panel.title), axes))
    for shape in panel.layout.get("shapes", ()):
        made.add_shape(_placed(shape, axes))
    for annotation in panel.layout.get("annotations", ()):
        made.add_annotation(_placed(annotation, axes))


def _title(text: str) -> dict[str, Any]:
    """Above the panel, and above the labels of lines."""
    return {
        "text": text, "showarrow": False, "font": {"size": 12, "weight": 600}, "xref": "paper",
        "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 14,
    }  # fmt: skip


def _placed(item: Mapping[str, Any], axes: Mapping[str, str]) -> dict[str, Any]:
    """Of one panel: x → x3, paper → x3 domain."""
    refs = {
        f"{axis}ref": _ref(item.get(f"{axis}ref", axis), name.replace("axis", ""))
        for axis, name in axes.items()
    }
    return {**item, **refs}


def _ref(own: str, axis: str) -> str:
    return f"{axis} domain" if own == "paper" or own.endswith("domain") else axis


def _legend(key: Key) -> go.Scatter:
    """An entry without data, so that bands and dots need none."""
    style = look(key.place)
    return go.Scatter(
        x=[None], y=[None], mode="lines+markers", name=key.text, legendgroup=str(key.place),
        line={"color": style.light, "width": 2, "dash": style.dash},
        marker={"color": style.light, "symbol": style.symbol, "size": 8},
    )  # fmt: skip


def _title_text(figure: Figure, chosen: Mapping[str, str] | None) -> str:
    """The title, and below it the options of the lists, which a picture does not have."""
    listed = figure.chosen_text(chosen)
    return escape(figure.titled(chosen)) + (f"<br><sup>{escape(listed)}</sup>" if listed else "")


def _layout(figure: Figure, title: str, width: int, height: int) -> dict[str, Any]:
    return {
        "title": {"text": title, "font": {"size": 15}, "x": 0, "xref": "paper"},
        "font": {"size": 12, "color": _INK},
        "paper_bgcolor": "white", "plot_bgcolor": "white",
        "legend": {"title": {"text": figure.legend_title}},
        "showlegend": len(figure.legend) > 1,
        "margin": {"l": FOOT_PX, "r": LEGEND_PX, "t": HEAD_PX, "b": FOOT_PX},
        "width": width + FOOT_PX + LEGEND_PX, "height": height + HEAD_PX + FOOT_PX,
    }  # fmt: skip
