"""Draws `ranks`: mean ranks on one scale, and bars over those that do not differ significantly."""

from collections.abc import Sequence

from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.outcomes.outcomes import tick_text
from orchestrator.reports.figures.palette import INK, look
from orchestrator.reports.figures.records import Arrangement, Figure, Layout, Panel, Trace, numbers
from orchestrator.reports.figures.tasks.across_tasks import first_of, legend_of, place_of, tag
from orchestrator.reports.statistics.tasks.across_tasks import AcrossTasks
from orchestrator.reports.text.captions.tasks import ranks as words
from orchestrator.reports.text.names import describe

ROW_PX = 26
OVERHANG = 0.05  # of a bar beyond its ranks, so that one over equal ranks is seen
_ROOM_PX = 70  # for the axis and its title


def draw(view: Scheme, found: AcrossTasks | None) -> Figure | None:
    """The critical-difference diagram; None where ranks are not tested."""
    if found is None or found.ranks.p is None or found.ranks.critical_difference is None:
        return None
    rows = 1 + len(found.ranks.groups) + len(found.contenders)
    title, keys = legend_of(view, found)
    return Figure(
        name="ranks",
        title=words.title(found.ranks, len(found.tasks)),
        caption=words.caption(found.ranks, len(found.tasks)),
        columns=1,
        height_px=ROW_PX * rows + _ROOM_PX,
        legend_title=title,
        legend=keys,
        choosers=(),
        panels=(_panel(view, found, found.ranks.critical_difference),),
        arrangement=Arrangement(None, dashed=False, whole=True),
    )


def _panel(view: Scheme, found: AcrossTasks, difference: float) -> Panel:
    mean, groups = found.ranks.mean, found.ranks.groups
    order = sorted(range(len(mean)), key=lambda each: mean[each])
    row_of = {each: 1 + len(groups) + row for row, each in enumerate(order)}
    bars = [
        _bar(_ends([mean[each] for each in group]), 1 + row, 5, words.TOGETHER)
        for row, group in enumerate(groups)
    ]
    marks = [_mark(view, found, each, row_of[each]) for each in order]
    ruler = _ruler(difference)
    names = {row_of[each]: _name(view, found, each) for each in order}
    variants = tuple(first_of(view, each) for each in found.contenders)
    layout = _layout(names, difference, len(mean))
    return Panel("", (ruler, *bars, *marks), layout, {}, variants=variants)


def _name(view: Scheme, found: AcrossTasks, each: int) -> str:
    return tick_text(describe(found.contenders[each].levels, view.names))


def _ruler(difference: float) -> Trace:
    drawn = _bar([1.0, 1.0 + difference], 0, 1.5, f"critical difference {difference:.2f}")
    return {**drawn, "mode": "lines+markers",
            "marker": {"symbol": "line-ns-open", "size": 9, "color": INK[0]}}  # fmt: skip


def _ends(ranks: Sequence[float]) -> list[float]:
    return [min(ranks) - OVERHANG, max(ranks) + OVERHANG]


def _bar(ends: Sequence[float], row: int, width: float, hover: str) -> Trace:
    return {
        "type": "scatter", "mode": "lines", "x": numbers(ends), "y": [row, row],
        "line": {"color": INK[0], "width": width}, "hovertemplate": f"{hover}<extra></extra>",
    }  # fmt: skip


def _mark(view: Scheme, found: AcrossTasks, each: int, row: int) -> Trace:
    """A marker with its stem up to the bars."""
    place, mean = place_of(view, found, found.contenders[each]), found.ranks.mean[each]
    style = look(place)
    return {
        "type": "scatter", "mode": "lines+markers", "legendgroup": str(place),
        **tag(view, found.contenders[each]), "x": numbers([mean, mean]), "y": [0.6, row],
        "line": {"color": style.light, "width": 1, "dash": "dot"},
        "marker": {"color": style.light, "symbol": style.symbol, "size": [0, 10], "opacity": 1},
        "hovertemplate": f"{_name(view, found, each)}: mean rank %{{x:.2f}}<extra></extra>",
    }  # fmt: skip


def _layout(names: dict[int, str], difference: float, contenders: int) -> Layout:
    last = max(names)
    return {
        "xaxis": {"title": {"text": "mean rank (1: best)"}, "zeroline": False, "dtick": 1,
                  "range": [0.8, max(contenders, 1 + difference) + 0.2]},
        "yaxis": {"range": [last + 0.7, -0.6], "zeroline": False, "showgrid": False,
                  "tickvals": [0, *names], "ticktext": [f"CD {difference:.2f}", *names.values()]},
        "hovermode": "closest",
    }  # fmt: skip
