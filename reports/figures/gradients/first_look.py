"""Draws the gradient by layer for the first screen: before training, in the deepest networks."""

from collections.abc import Sequence

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.figures.facets import Scheme, choosers, facets, seen_together
from orchestrator.reports.figures.gradients.decay import axes_of, deepest, drawn_profile
from orchestrator.reports.figures.gradients.profiles import (
    ARRANGEMENT,
    DrawnProfile,
    of_facets,
    profile_panel,
)
from orchestrator.reports.figures.records import Figure, Panel
from orchestrator.reports.gradient_focus import comes_first
from orchestrator.reports.statistics.gradients.decay import Profile, hidden_layers
from orchestrator.reports.text.captions.gradients import first_look as words


def is_shown(plan: PlanDocument, profiles: Sequence[Profile]) -> bool:
    """Only where the study is about gradients, and they were measured in two layers or more."""
    found = [profile for profile in profiles if profile.quantity == "delta"]
    return bool(found) and comes_first(plan, hidden_layers(found))


def draw(view: Scheme, profiles: Sequence[Profile]) -> Figure | None:
    """None where it is not shown."""
    if not is_shown(view.plan, profiles):
        return None
    found = [p for p in profiles if p.quantity == "delta" and p.inner]
    start = min(profile.epoch for profile in found)
    first = [profile for profile in found if profile.epoch == start]
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    return Figure(
        name="gradient_first",
        title=words.title(start),
        caption=words.CAPTION,
        columns=len(view.levels(view.roles.columns)) if view.roles.columns else 1,
        height_px=150,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=choosers(view, choose, deepest(view, first, choose)),
        panels=_panels(view, {p.variant_id: [drawn_profile(p)] for p in first}, choose),
        scale="log",
        arrangement=ARRANGEMENT,
    )


def _panels(
    view: Scheme, own: dict[str, list[DrawnProfile]], choose: Sequence[str | None]
) -> tuple[Panel, ...]:
    """One for each column; those seen together have the same axes."""
    found = []
    for group in seen_together(facets(view, (view.roles.columns,), choose)):
        seen = of_facets(own, group)
        layout, of = axes_of(seen, "delta"), {each.variant_id: each for each in seen}
        found += [profile_panel(view, facet, of, "", layout, {}) for facet in group]
    return tuple(found)
