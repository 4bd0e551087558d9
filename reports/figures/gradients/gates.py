"""Draws the gates among `time_decay`: how far they are open, by steps from the loss."""

from collections.abc import Sequence

from orchestrator.reports.figures.facets import Scheme, choosers
from orchestrator.reports.figures.gradients.profiles import (
    ARRANGEMENT,
    DrawnProfile,
    profile_panels,
    sizes_text,
)
from orchestrator.reports.figures.gradients.time_decay import (
    QUANTITY,
    SITE,
    chooser,
    lag_axis,
    last_forward,
    sites_of,
)
from orchestrator.reports.figures.records import Figure, Layout, Panel
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile
from orchestrator.reports.text.captions.gradients import gates as words
from orchestrator.reports.text.captions.gradients.time_decay import site_text


def draw(view: Scheme, profiles: Sequence[TimeProfile]) -> Figure | None:
    """None without gates. It opens on the last forward layer's forget gate."""
    found = [p for p in profiles if p.quantity in words.GATES]
    if not found:
        return None
    sites = sites_of(found)
    shown = [gate for gate in words.GATES if any(p.quantity == gate for p in found)]
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    longest = view.with_most({p.variant_id: len(p.by_place.places) for p in found}, choose)
    return Figure(
        name="gates",
        title=words.TITLE,
        caption=words.caption(sizes_text(map(_drawn, found))),
        columns=len(view.levels(view.roles.columns)) if view.roles.columns else 2,
        height_px=220,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(
            *choosers(view, choose, longest),
            *chooser(QUANTITY, "gate", [(gate, words.GATES[gate]) for gate in shown]),
            *chooser(SITE, "layer", [(site, site_text(site)) for site in sites]),
        ),
        panels=tuple(
            panel
            for gate in shown
            for site in sites
            for panel in _panels(view, found, site, gate, choose)
        ),
        lesson=words.lesson(view.plan, _last_forward(profiles)),
        arrangement=ARRANGEMENT,
    )


def _panels(
    view: Scheme,
    found: Sequence[TimeProfile],
    site: str,
    gate: str,
    choose: Sequence[str | None],
) -> list[Panel]:
    drawn = [_drawn(p) for p in found if (p.site, p.quantity) == (site, gate)]

    def axes(seen: Sequence[DrawnProfile]) -> Layout:
        across = lag_axis(seen, site)
        return {"xaxis": across, "yaxis": {"range": [-0.04, 1.04], "zeroline": False},
                "hovermode": "x"}  # fmt: skip

    return profile_panels(view, drawn, choose, axes, {SITE: site, QUANTITY: gate})


def _drawn(profile: TimeProfile) -> DrawnProfile:
    return DrawnProfile(
        profile.variant_id, profile.epoch, profile.by_place,
        names=tuple(f"{lag} steps away" for lag in profile.by_place.places), about="",
    )  # fmt: skip


def _last_forward(profiles: Sequence[TimeProfile]) -> list[TimeProfile]:
    """Of each variant those of its last forward layer."""
    last = last_forward(profiles)
    return [p for p in profiles if p.site == last.get(p.variant_id)]
