"""Draws `across_tasks`: performance profiles, the share of trials above each score."""

from collections.abc import Mapping, Sequence

from orchestrator.plan_document import Level
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.lines import band, line
from orchestrator.reports.figures.outcomes.outcomes import tick_text
from orchestrator.reports.figures.records import (
    Arrangement,
    Figure,
    Key,
    Layout,
    Panel,
    Trace,
    numbers,
)
from orchestrator.reports.statistics.tasks.across_tasks import AcrossTasks, Contender
from orchestrator.reports.text.captions.tasks import across_tasks as words
from orchestrator.reports.text.names import describe, level_text
from orchestrator.reports.variants import is_crossed


def draw(view: Scheme, found: AcrossTasks | None) -> Figure | None:
    """Colour: the compared factor, unless that is the task; panels: the other factors."""
    if found is None:
        return None
    groups: dict[str, list[Contender]] = {}
    for each in found.contenders:
        groups.setdefault(describe(_others(view, each), view.names), []).append(each)
    panels = [_panel(view, found, name, group) for name, group in groups.items()]
    title, keys = legend_of(view, found)
    return Figure(
        name="across_tasks",
        title=words.title(len(found.tasks)),
        caption=words.caption(found),
        columns=min(3, len(panels)),
        height_px=340 if len(panels) == 1 else 240,
        legend_title=title,
        legend=keys,
        choosers=(),
        panels=tuple(panels),
        arrangement=Arrangement(("others",) if is_crossed(view.plan) else None, whole=True),
    )


def _coloured(view: Scheme) -> bool:
    """Whether contenders differ in colour."""
    path = view.roles.colour or ""
    return path in view.plan.factors and not path.startswith("task.")


def _others(view: Scheme, each: Contender) -> Mapping[str, Level]:
    if not _coloured(view):
        return {}
    return {path: level for path, level in each.levels.items() if path != view.roles.colour}


def legend_of(view: Scheme, found: AcrossTasks) -> tuple[str, tuple[Key, ...]]:
    """Title and keys: the levels of the compared factor or, where that is the task, contenders."""
    if _coloured(view):
        return view.legend_title, view.legend
    names = [describe(each.levels, view.names) for each in found.contenders]
    return "", tuple(Key(place, name) for place, name in enumerate(names))


def place_of(view: Scheme, found: AcrossTasks, each: Contender) -> int:
    """Of its colour: the level's place in the study."""
    path = view.roles.colour
    if path is None or not _coloured(view) or path not in each.levels:
        return found.contenders.index(each)
    return view.plan.factors[path].index(each.levels[path])


def _panel(view: Scheme, found: AcrossTasks, title: str, group: Sequence[Contender]) -> Panel:
    places = [(place_of(view, found, each), each) for each in group]
    x = numbers(found.thresholds)
    bands = [band(place, x, *each.profile[1:]) | tag(view, each) for place, each in places]
    lines = [_line(view, place, x, each) | tag(view, each) for place, each in places]
    variants = tuple(first_of(view, each) for each in group)
    return Panel(title, (*bands, *lines), _layout(found), {}, variants=variants)


def first_of(view: Scheme, each: Contender) -> int:
    """The place of its variant in the first task: of the contender's levels but for the task."""
    return view.order[each.variants[0]]


def tag(view: Scheme, each: Contender) -> Trace:
    """Part of a trace: whose levels its colour shows."""
    return {"meta": {"variant": first_of(view, each)}}


def _layout(found: AcrossTasks) -> Layout:
    span = [found.thresholds[0], found.thresholds[-1]]
    return {
        "xaxis": {"title": {"text": "score"}, "range": span, "zeroline": False},
        "yaxis": {"tickformat": ".0%", "range": [-0.03, 1.03], "zeroline": False},
        "hovermode": "closest",
    }


def _line(view: Scheme, place: int, x: Sequence[float | None], each: Contender) -> Trace:
    name = tick_text(", ".join(level_text(level) for level in each.levels.values()))
    if _coloured(view):
        name = view.line_name(view.plan.variants[first_of(view, each)])
    return line(place, x, each.profile[0], f"{name}: %{{y:.0%}} above %{{x:.3g}}")
