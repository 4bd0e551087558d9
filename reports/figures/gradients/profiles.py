"""Draws profiles: lines with bands over places (layers, or steps of a sequence).

Of no statistic of its own: `decay`, `epochs`, `time_decay` and `gates` draw theirs with it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, facets, seen_together
from orchestrator.reports.figures.lines import variant_band, variant_line
from orchestrator.reports.figures.palette import INK, look
from orchestrator.reports.figures.records import Arrangement, Floats, Layout, Panel, Trace, numbers
from orchestrator.reports.statistics.gradients.geometric import ByPlace
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.text.phrases import epoch_text, range_text

NOTHING = "nothing of this kind to measure here"  # a panel's note
ARRANGEMENT = Arrangement(("columns",))  # of the figures that are made of profiles
MOST_MARKERS = 24  # a line over more places has none


@dataclass(frozen=True)
class DrawnProfile:
    """One line: a variant at one probed epoch."""

    variant_id: str
    epoch: int
    by_place: ByPlace  # what is measured
    names: tuple[str, ...]  # of the places, shown when hovering
    about: str  # shown behind the numbers when hovering
    theory: Floats | None = None  # drawn dashed

    @property
    def size(self) -> tuple[int, int]:
        """(smallest n, most zeros), of places that as many replicates reach as the first."""
        of = self.by_place
        places = [(n, n + zeros) for n, zeros in zip(of.n, of.zeros, strict=True)]
        first = places[0][1]
        return min(n for n, reached in places if reached >= first), max(of.zeros)


Axes = Callable[[Sequence[DrawnProfile]], Layout]


def profile_panels(
    view: Scheme,
    drawn: Sequence[DrawnProfile],
    choose: Sequence[str | None],
    axes: Axes,
    when: Mapping[str, str],
) -> list[Panel]:
    """Epochs × columns for every choice of levels; those seen together have the same axes."""
    epochs = first_and_last(profile.epoch for profile in drawn)
    own = by_variant(profile for profile in drawn if profile.epoch in epochs)
    grouped = seen_together(facets(view, (view.roles.columns,), choose))
    return [panel for group in grouped for panel in _together(view, group, own, epochs, axes, when)]


def by_variant(drawn: Iterable[DrawnProfile]) -> dict[str, list[DrawnProfile]]:
    found: dict[str, list[DrawnProfile]] = {}
    for profile in drawn:
        found.setdefault(profile.variant_id, []).append(profile)
    return found


def of_facets(own: Mapping[str, list[DrawnProfile]], made: Iterable[Facet]) -> list[DrawnProfile]:
    """Those of the facets' variants; own: by variant."""
    wanted = (variant for facet in made for variant in facet.variants)
    return [profile for variant in wanted for profile in own.get(variant.variant_id, ())]


def _together(
    view: Scheme,
    made: Sequence[Facet],
    own: Mapping[str, list[DrawnProfile]],
    epochs: Sequence[int],
    axes: Axes,
    when: Mapping[str, str],
) -> list[Panel]:
    seen = of_facets(own, made)
    layout = axes(seen)
    return [
        profile_panel(
            view,
            facet,
            {s.variant_id: s for s in seen if s.epoch == epoch},
            epoch_text(epoch),
            layout,
            when,
        )
        for epoch in epochs
        for facet in made
    ]


def profile_panel(
    view: Scheme,
    facet: Facet,
    of: Mapping[str, DrawnProfile],
    part: str,
    layout: Layout,
    when: Mapping[str, str],
) -> Panel:
    """part: what its title says before the facet's, such as the epoch; may be empty."""
    known = [variant for variant in facet.variants if variant.variant_id in of]
    sizes = {variant.variant_id: of[variant.variant_id].size for variant in known}
    return Panel(
        title=facet.titled(part),
        data=_traces(view, [(variant, of[variant.variant_id]) for variant in known]),
        layout=layout,
        when={**facet.when, **when},
        note=view.thinned(sizes) if known else NOTHING,
        variants=facet.places,
        part=part,
        short=view.short(sizes),
    )


def _traces(view: Scheme, pairs: Sequence[tuple[Variant, DrawnProfile]]) -> tuple[Trace, ...]:
    bands = [_band(view, v, each.by_place) for v, each in pairs]
    lines = [_line(view, variant, profile) for variant, profile in pairs]
    expected = [_theory(view, *pair) for pair in pairs if pair[1].theory is not None]
    return (*bands, *lines, *expected)


def _band(view: Scheme, variant: Variant, of: ByPlace) -> Trace:
    return variant_band(view, variant, of.places, of.low, of.high)


def _line(view: Scheme, variant: Variant, profile: DrawnProfile) -> Trace:
    style, name, of = look(view.colour(variant)), view.line_name(variant), profile.by_place
    hover = f"{name}, %{{customdata[1]}}: %{{y:.3g}}, n = %{{customdata[0]}}{profile.about}"
    return variant_line(
        view, variant, of.places, of.mean, hover,
        mode="lines+markers" if len(of.places) <= MOST_MARKERS else "lines",
        customdata=[list(each) for each in zip(of.n, profile.names, strict=True)],
        marker={"color": style.light, "size": 7, "symbol": style.symbol},
    )  # fmt: skip


def _theory(view: Scheme, variant: Variant, profile: DrawnProfile) -> Trace:
    return {
        "type": "scatter", "mode": "lines", "name": "theory",
        "legendgroup": str(view.colour(variant)), **view.tag(variant),
        "x": list(profile.by_place.places), "y": numbers(profile.theory),
        "customdata": list(profile.names),
        "line": {"color": INK[0], "width": 1.3, "dash": "4px,3px"},
        "hovertemplate": f"theory, {view.text(view.roles.colour, variant)} "
                         "%{customdata}: %{y:.3g}<extra></extra>",
    }  # fmt: skip


def layer_axis(layers: int) -> Layout:
    return {
        "title": {"text": "hidden layer"}, "range": [0.7, layers + 0.3],
        "dtick": 1 if layers <= 12 else None, "zeroline": False,
    }  # fmt: skip


def extent(drawn: Iterable[DrawnProfile]) -> list[float]:
    """What a scale must hold. Not intervals of two replicates, whose t(1) is 12.7."""
    return [x for profile in drawn for x in _extent(profile)]


def _extent(profile: DrawnProfile) -> list[float]:
    of = profile.by_place
    enough = np.array(of.n) > 2
    ends_ = [np.where(enough, end, np.nan) for end in (of.low, of.high)]
    expected = [] if profile.theory is None else [profile.theory]
    return [float(x) for part in (of.mean, *ends_, *expected) for x in part]


def sizes_text(drawn: Iterable[DrawnProfile]) -> str:
    """10; 6 to 10: replicates behind the means."""
    return range_text(n for profile in drawn for n in profile.by_place.n if n)
