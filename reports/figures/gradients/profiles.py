"""Lines with bands over places (layers, or steps of a sequence), before and after training."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from orchestrator.reports.data.read import Variant
from orchestrator.reports.figures.facets import Facet, Scheme, facets, seen_together
from orchestrator.reports.figures.lines import band, line
from orchestrator.reports.figures.palette import INK, look
from orchestrator.reports.figures.records import Arrangement, Floats, Layout, Panel, Trace, numbers
from orchestrator.reports.text.names import count_text

NOTHING = "nothing of this kind to measure here"  # a panel's note
ARRANGEMENT = Arrangement(("columns",))  # of the figures that are made of strands
MOST_MARKERS = 24  # a line over more places has none


@dataclass(frozen=True)
class Strand:
    """One line: a variant at one probed epoch. All but the first two and the last by place."""

    variant_id: str
    epoch: int
    x: tuple[int, ...]
    names: tuple[str, ...]  # of the places, for hovering
    n: tuple[int, ...]
    zeros: tuple[int, ...]
    mean: Floats
    low: Floats
    high: Floats
    about: str  # stands behind the numbers when hovering
    theory: Floats | None = None  # drawn dashed

    @property
    def size(self) -> tuple[int, int]:
        """(smallest n, most zeros), of places that as many replicates reach as the first."""
        places = [(n, n + zeros) for n, zeros in zip(self.n, self.zeros, strict=True)]
        first = places[0][1]
        return min(n for n, reached in places if reached >= first), max(self.zeros)


Axes = Callable[[Sequence[Strand]], Layout]


def ends(epochs: Iterable[int]) -> list[int]:
    """The first and the last probed epoch."""
    found = set(epochs)
    return sorted({min(found), max(found)}) if found else []


def epoch_text(epoch: int) -> str:
    return "before training" if epoch == 0 else f"after {count_text(epoch, 'epoch')}"


def panels(
    view: Scheme,
    strands: Sequence[Strand],
    choose: Sequence[str | None],
    axes: Axes,
    when: Mapping[str, str],
) -> list[Panel]:
    """Epochs × columns for every choice of levels; those seen together have the same axes."""
    epochs = ends(strand.epoch for strand in strands)
    own = by_variant(strand for strand in strands if strand.epoch in epochs)
    grouped = seen_together(facets(view, (view.roles.columns,), choose))
    return [panel for group in grouped for panel in _together(view, group, own, epochs, axes, when)]


def by_variant(strands: Iterable[Strand]) -> dict[str, list[Strand]]:
    found: dict[str, list[Strand]] = {}
    for strand in strands:
        found.setdefault(strand.variant_id, []).append(strand)
    return found


def of_facets(own: Mapping[str, list[Strand]], made: Iterable[Facet]) -> list[Strand]:
    """Those of the facets' variants; own: by variant."""
    wanted = (variant for facet in made for variant in facet.variants)
    return [strand for variant in wanted for strand in own.get(variant.variant_id, ())]


def _together(
    view: Scheme,
    made: Sequence[Facet],
    own: Mapping[str, list[Strand]],
    epochs: Sequence[int],
    axes: Axes,
    when: Mapping[str, str],
) -> list[Panel]:
    seen = of_facets(own, made)
    layout = axes(seen)
    return [
        panel(view, facet, {s.variant_id: s for s in seen if s.epoch == epoch}, epoch, layout, when)
        for epoch in epochs
        for facet in made
    ]


def panel(
    view: Scheme,
    facet: Facet,
    of: Mapping[str, Strand],
    epoch: int,
    layout: Layout,
    when: Mapping[str, str],
) -> Panel:
    known = [variant for variant in facet.variants if variant.variant_id in of]
    sizes = {variant.variant_id: of[variant.variant_id].size for variant in known}
    return Panel(
        title=facet.titled(epoch_text(epoch)),
        data=_traces(view, [(variant, of[variant.variant_id]) for variant in known]),
        layout=layout,
        when={**facet.when, **when},
        note=view.thinned(sizes) if known else NOTHING,
        variants=facet.places,
        part=epoch_text(epoch),
        short=view.short(sizes),
    )


def _traces(view: Scheme, pairs: Sequence[tuple[Variant, Strand]]) -> tuple[Trace, ...]:
    bands = [_band(view, variant, strand) for variant, strand in pairs]
    lines = [_line(view, variant, strand) for variant, strand in pairs]
    expected = [_theory(view, *pair) for pair in pairs if pair[1].theory is not None]
    return (*bands, *lines, *expected)


def _band(view: Scheme, variant: Variant, strand: Strand) -> Trace:
    return band(view.colour(variant), strand.x, strand.low, strand.high) | view.tag(variant)


def _line(view: Scheme, variant: Variant, strand: Strand) -> Trace:
    place = view.colour(variant)
    name = view.line_name(variant)
    hover = f"{name}, %{{customdata[1]}}: %{{y:.3g}}, n = %{{customdata[0]}}{strand.about}"
    return line(
        place, strand.x, strand.mean, hover, **view.tag(variant),
        mode="lines+markers" if len(strand.x) <= MOST_MARKERS else "lines",
        customdata=[list(each) for each in zip(strand.n, strand.names, strict=True)],
        marker={"color": look(place).light, "size": 7, "symbol": look(place).symbol},
    )  # fmt: skip


def _theory(view: Scheme, variant: Variant, strand: Strand) -> Trace:
    return {
        "type": "scatter", "mode": "lines", "name": "theory",
        "legendgroup": str(view.colour(variant)), **view.tag(variant),
        "x": list(strand.x), "y": numbers(strand.theory), "customdata": list(strand.names),
        "line": {"color": INK[0], "width": 1.3, "dash": "4px,3px"},
        "hovertemplate": f"theory, {view.text(view.roles.colour, variant)} "
                         "%{customdata}: %{y:.3g}<extra></extra>",
    }  # fmt: skip


def extent(strands: Iterable[Strand]) -> list[float]:
    """What a scale must hold. Not intervals of two replicates, whose t(1) is 12.7."""
    return [x for strand in strands for x in _extent(strand)]


def _extent(strand: Strand) -> list[float]:
    enough = np.array(strand.n) > 2
    ends_ = [np.where(enough, end, np.nan) for end in (strand.low, strand.high)]
    expected = [] if strand.theory is None else [strand.theory]
    return [float(x) for part in (strand.mean, *ends_, *expected) for x in part]


def sizes_text(strands: Iterable[Strand]) -> str:
    """10, or 6 to 10: replicates behind the means."""
    sizes = sorted({n for strand in strands for n in strand.n if n}) or [0]
    return f"{sizes[0]}" if sizes[0] == sizes[-1] else f"{sizes[0]} to {sizes[-1]}"
