"""Draws `decay`: a quantity by hidden layer, before and after training."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from types import MappingProxyType

from orchestrator.plan_document import Level
from orchestrator.reports.figures.facets import Scheme, choosers
from orchestrator.reports.figures.gradients.profiles import (
    ARRANGEMENT,
    DrawnProfile,
    extent,
    layer_axis,
    profile_panels,
    sizes_text,
)
from orchestrator.reports.figures.records import Chooser, Figure, Layout, Panel, log_axis, log_range
from orchestrator.reports.statistics.gradients.decay import MULTIPLICATIVE, Profile
from orchestrator.reports.statistics.gradients.theory import Theories, Theory
from orchestrator.reports.text.captions.gradients import decay as words
from orchestrator.reports.text.names import level_name

QUANTITY, DIRECTION = "quantity", "direction"  # keys of the choosers
NO_THEORY: Mapping[str, Theory] = MappingProxyType({})


def draw_delta(
    view: Scheme, profiles: Sequence[Profile], backward: Sequence[Profile], theories: Theories
) -> Figure | None:
    """The gradient that arrives at each layer, beside theory."""
    return _draw(view, profiles, backward, ("delta", "delta_mean"), 260, theories)


def draw_weights(
    view: Scheme, profiles: Sequence[Profile], backward: Sequence[Profile]
) -> Figure | None:
    return _draw(view, profiles, backward, ("weight_grad", "update_ratio"), 190)


def draw_saturation(
    view: Scheme, profiles: Sequence[Profile], backward: Sequence[Profile]
) -> Figure | None:
    return _draw(view, profiles, backward, ("saturation", "dead"), 190)


def _draw(
    view: Scheme,
    profiles: Sequence[Profile],
    backward: Sequence[Profile],
    quantities: Sequence[str],
    height_px: int,
    theories: Theories | None = None,
) -> Figure | None:
    """None where no network has hidden layers. The first quantity gives name and title.

    theories: of the first quantity; backward: profiles of the other direction of recurrent layers.
    """
    found = [p for p in profiles if p.quantity in quantities and p.inner]
    ways = {"forward": found}
    ways |= {"backward": opposite} if (opposite := [p for p in backward if p.inner]) else {}
    shown = [name for name in quantities if any(p.quantity == name for p in found)]
    if not shown:
        return None
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    return Figure(
        name=quantities[0],
        title=words.TITLES[quantities[0]],
        caption=_caption(view, found, shown[0], theories),
        columns=len(view.levels(view.roles.columns)) if view.roles.columns else 2,
        height_px=height_px,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(
            *choosers(view, choose, deepest(view, found, choose)),
            *_chooser(QUANTITY, [(name, words.QUANTITIES[name]) for name in shown]),
            *_chooser(DIRECTION, [(way, way) for way in ways]),
        ),
        panels=tuple(
            panel
            for name in shown
            for way, of in ways.items()
            for panel in _panels(view, of, {QUANTITY: name, DIRECTION: way}, choose, theories)
        ),
        lesson=words.lesson(view.plan, profiles, shown[0], theories),
        scale="log" if shown[0] in MULTIPLICATIVE else "",
        arrangement=ARRANGEMENT,
    )


def deepest(
    view: Scheme, found: Sequence[Profile], choose: Sequence[str | None]
) -> dict[str, Level]:
    """There decay shows best."""
    return view.with_most({p.variant_id: p.hidden for p in found}, choose)


def _chooser(key: str, options: Sequence[tuple[str, str]]) -> tuple[Chooser, ...]:
    return (Chooser(key, key, tuple(options), options[0][0]),) if len(options) > 1 else ()


def _caption(
    view: Scheme, found: Sequence[Profile], quantity: str, theories: Theories | None
) -> str:
    drawn = [drawn_profile(p) for p in found]
    zeros = quantity in MULTIPLICATIVE and any(sum(each.by_place.zeros) for each in drawn)
    return words.caption(quantity, sizes_text(drawn), zeros, theories, _without_line(view, found))


def _without_line(view: Scheme, found: Sequence[Profile]) -> list[str]:
    """Levels of the legend that have no line anywhere, as their networks have no hidden layer."""
    path, drawn = view.roles.colour, {p.variant_id for p in found}
    if not path:
        return []
    here = {view.level(path, v) for v in view.plan.variants if v.variant_id in drawn}
    gone = [level for level in view.levels(path) if level not in here]
    return [level_name(view.names[path], level) for level in gone]


def _panels(
    view: Scheme,
    found: Sequence[Profile],
    when: Mapping[str, str],
    choose: Sequence[str | None],
    theories: Theories | None,
) -> list[Panel]:
    quantity = when[QUANTITY]
    expected = theories.by_axis["depth"] if theories and quantity == "delta" else {}
    drawn = [drawn_profile(p, expected) for p in found if p.quantity == quantity]

    def axes(seen: Sequence[DrawnProfile]) -> Layout:
        return axes_of(seen, quantity)

    return profile_panels(view, drawn, choose, axes, when)


def drawn_profile(profile: Profile, expected: Mapping[str, Theory] = NO_THEORY) -> DrawnProfile:
    """The hidden layers of a profile, with what theory expects of them before training."""
    hidden = profile.by_place.first(profile.inner)
    theory = expected.get(profile.variant_id) if profile.epoch == 0 else None
    factor = f" (× {profile.factor.value:.2g} per layer)" if profile.factor else ""
    return DrawnProfile(
        profile.variant_id, profile.epoch, hidden, names=_escaped(hidden.sites), about=factor,
        theory=theory.expected[: profile.inner] if theory else None,
    )  # fmt: skip


@lru_cache
def _escaped(names: tuple[str, ...]) -> tuple[str, ...]:
    """Thousands of profiles have the same."""
    return tuple(map(escape, names))


def axes_of(seen: Sequence[DrawnProfile], quantity: str) -> Layout:
    across = layer_axis(max((profile.by_place.places[-1] for profile in seen), default=1))
    if quantity not in MULTIPLICATIVE:
        return {"xaxis": across, "yaxis": {"range": [-0.04, 1.04], "tickformat": ".0%",
                "zeroline": False}, "hovermode": "x"}  # fmt: skip
    scale = log_axis(log_range(extent(seen)))
    return {"xaxis": across, "yaxis": scale, "hovermode": "x"}
