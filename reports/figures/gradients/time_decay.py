"""Draws `time_decay`: the gradient of a state by lag, before and after training."""

from collections.abc import Mapping, Sequence
from html import escape

from orchestrator.reports.figures.facets import Scheme, choosers
from orchestrator.reports.figures.gradients.decay import NO_THEORY
from orchestrator.reports.figures.gradients.profiles import (
    ARRANGEMENT,
    DrawnProfile,
    extent,
    profile_panels,
    sizes_text,
)
from orchestrator.reports.figures.records import Chooser, Figure, Layout, Panel, log_axis, log_range
from orchestrator.reports.statistics.gradients.theory import FORWARD, Theories, Theory
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile
from orchestrator.reports.text.captions.gradients import time_decay as words

SITE, QUANTITY = "site", "quantity"  # keys of the choosers


def draw(view: Scheme, profiles: Sequence[TimeProfile], theories: Theories) -> Figure | None:
    """None where nothing recurs. It opens on the first forward layer and the hidden state."""
    profiles = [p for p in profiles if p.quantity in words.QUANTITIES]
    sites, quantities = sites_of(profiles), quantities_of(profiles)
    if not sites:
        return None
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    longest = view.with_most({p.variant_id: len(p.by_place.places) for p in profiles}, choose)
    return Figure(
        name="time_decay",
        title=words.TITLE,
        caption=_caption(profiles, theories),
        columns=len(view.levels(view.roles.columns)) if view.roles.columns else 2,
        height_px=260,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(
            *choosers(view, choose, longest),
            *chooser(SITE, "layer", [(site, words.site_text(site)) for site in sites]),
            *chooser(QUANTITY, "state", [(q, words.QUANTITIES[q]) for q in quantities]),
        ),
        panels=tuple(
            panel
            for site in sites
            for quantity in quantities
            for panel in _panels(view, profiles, site, quantity, choose, theories)
        ),
        lesson=words.lesson(view.plan, _chosen(profiles), theories),
        scale="log",
        arrangement=ARRANGEMENT,
    )


def sites_of(profiles: Sequence[TimeProfile]) -> list[str]:
    """Forward ones first: the loss of the last step goes back through them step by step."""
    return sorted({p.site for p in profiles}, key=_place)


def _place(site: str) -> tuple[bool, int, str]:
    """(backward or not, number of the layer, name)."""
    number = site.rpartition(".")[2]
    return _is_backward(site), int(number) if number.isdecimal() else 0, site


def quantities_of(profiles: Sequence[TimeProfile]) -> list[str]:
    found = {p.quantity for p in profiles}
    return [name for name in words.QUANTITIES if name in found]


def _is_backward(site: str) -> bool:
    return site.startswith("backward")


def chooser(key: str, label: str, options: list[tuple[str, str]]) -> tuple[Chooser, ...]:
    return (Chooser(key, label, tuple(options), options[0][0]),) if len(options) > 1 else ()


def _panels(
    view: Scheme,
    profiles: Sequence[TimeProfile],
    site: str,
    quantity: str,
    choose: Sequence[str | None],
    theories: Theories,
) -> list[Panel]:
    is_expected = (site, quantity) == (FORWARD, "hidden_grad")
    expected = theories.by_axis["time"] if is_expected else NO_THEORY
    chosen = [p for p in profiles if (p.site, p.quantity) == (site, quantity)]
    drawn = [_drawn(p, expected) for p in chosen]

    def axes(seen: Sequence[DrawnProfile]) -> Layout:
        return _axes(seen, site)

    return profile_panels(view, drawn, choose, axes, {SITE: site, QUANTITY: quantity})


def _drawn(profile: TimeProfile, expected: Mapping[str, Theory] = NO_THEORY) -> DrawnProfile:
    theory = expected.get(profile.variant_id) if profile.epoch == 0 else None
    same = theory is not None and theory.places == profile.by_place.places
    unit = "after" if _is_backward(profile.site) else "before"
    return DrawnProfile(
        profile.variant_id, profile.epoch, profile.by_place,
        names=tuple(f"{lag} {unit}" for lag in profile.by_place.places),
        about=f" ({escape(words.factor_per_step(profile))})" if profile.factor else "",
        theory=theory.expected if theory and same else None,
    )  # fmt: skip


def _axes(seen: Sequence[DrawnProfile], site: str) -> Layout:
    scale = log_axis(log_range(extent(seen)))
    return {"xaxis": lag_axis(seen, site), "yaxis": scale, "hovermode": "x"}


def lag_axis(seen: Sequence[DrawnProfile], site: str) -> Layout:
    """Steps from the loss, in the direction of this layer."""
    longest = max((profile.by_place.places[-1] for profile in seen), default=1)
    title = words.BACKWARD_AXIS if _is_backward(site) else words.FORWARD_AXIS
    return {"title": {"text": title}, "range": [-0.03 * longest, 1.03 * longest],
            "dtick": 1 if longest <= 12 else None, "zeroline": False}  # fmt: skip


def _caption(profiles: Sequence[TimeProfile], theories: Theories) -> str:
    drawn = [_drawn(p) for p in profiles]
    return words.caption(
        sizes_text(drawn), any(sum(each.by_place.zeros) for each in drawn), theories
    )


def _chosen(profiles: Sequence[TimeProfile]) -> list[TimeProfile]:
    """The hidden state's, of each variant's last forward layer.

    In layers below the last one the gradient also comes down from above, in a bidirectional
    network from its other end: their factors do not compare.
    """
    quantity, forward = quantities_of(profiles)[0], last_forward(profiles)
    return [p for p in profiles if p.quantity == quantity and p.site == forward.get(p.variant_id)]


def last_forward(profiles: Sequence[TimeProfile]) -> dict[str, str]:
    """variant id → site; without a forward direction none."""
    forward = [p for p in profiles if not _is_backward(p.site)]
    return {p.variant_id: p.site for p in sorted(forward, key=lambda p: _place(p.site))}
