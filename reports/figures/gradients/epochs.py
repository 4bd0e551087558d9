"""Draws `decay` at every probed epoch: a slider, and a map of layer by epoch for each variant."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets, seen_together
from orchestrator.reports.figures.gradients.decay import deepest, drawn_profile
from orchestrator.reports.figures.gradients.profiles import (
    ARRANGEMENT,
    NOTHING,
    DrawnProfile,
    by_variant,
    layer_axis,
    of_facets,
    profile_panel,
    sizes_text,
)
from orchestrator.reports.figures.records import (
    Arrangement,
    Chooser,
    Figure,
    Layout,
    Panel,
    Trace,
    log_axis,
    log_range,
    numbers,
)
from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.text.captions.gradients import epochs as words
from orchestrator.reports.text.phrases import epoch_text
from orchestrator.reports.variants import is_crossed

MOST = 41  # epochs drawn; a study that probes more often is thinned evenly
EPOCH = "epoch"  # key of the slider


def probed(profiles: Sequence[Profile]) -> list[int]:
    """Every probed epoch of `delta`, the first and the last among at most `MOST`."""
    epochs = sorted({p.epoch for p in profiles if p.quantity == "delta" and p.inner})
    places = np.unique(np.linspace(0, len(epochs) - 1, MOST).round().astype(int))
    return [epochs[i] for i in places] if len(epochs) > MOST else epochs


def _deltas(profiles: Sequence[Profile]) -> tuple[list[Profile], list[int]]:
    epochs = probed(profiles)
    wanted = set(epochs)
    found = [p for p in profiles if p.quantity == "delta" and p.inner and p.epoch in wanted]
    return found, epochs


def draw_slider(view: Scheme, profiles: Sequence[Profile]) -> Figure | None:
    """None below three epochs: the figure of both ends then shows them all."""
    found, epochs = _deltas(profiles)
    if len(epochs) < 3:
        return None
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    options = tuple((str(epoch), epoch_text(epoch)) for epoch in epochs)
    return Figure(
        name="delta_by_epoch",
        title=words.SLIDER_TITLE,
        caption=words.slider_caption(sizes_text(map(drawn_profile, found))),
        columns=len(view.levels(view.roles.columns)) if view.roles.columns else 2,
        height_px=240,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(
            Chooser(EPOCH, "epoch", options, options[0][0], slider=True),
            *choosers(view, choose, deepest(view, found, choose)),
        ),
        panels=tuple(_slides(view, found, epochs, choose)),
        scale="log",
        arrangement=ARRANGEMENT,
        lesson=words.slider_lesson(view.plan, found),
    )


def _slides(
    view: Scheme, found: Sequence[Profile], epochs: Sequence[int], choose: Sequence[str | None]
) -> Iterator[Panel]:
    own = by_variant(map(drawn_profile, found))
    for beside in seen_together(facets(view, (view.roles.columns,), choose)):
        seen = of_facets(own, beside)
        layout = _slide_axes(seen)
        for facet, epoch in product(beside, epochs):
            now = {profile.variant_id: profile for profile in seen if profile.epoch == epoch}
            yield profile_panel(view, facet, now, epoch_text(epoch), layout, {EPOCH: str(epoch)})


def _slide_axes(seen: Sequence[DrawnProfile]) -> Layout:
    across = layer_axis(max((profile.by_place.places[-1] for profile in seen), default=1))
    middle = [float(x) for profile in seen for x in profile.by_place.mean]
    return {"xaxis": across, "yaxis": log_axis(log_range(middle)), "hovermode": "x"}


def draw_map(view: Scheme, profiles: Sequence[Profile]) -> Figure | None:
    """Layer by epoch, one panel per variant; None with one epoch or without deep networks."""
    found, epochs = _deltas(profiles)
    if len(epochs) < 2 or all(p.inner < 2 for p in found):
        return None
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    split = (view.roles.columns, view.roles.colour)
    span = log_range([x for p in found for x in p.by_place.first(p.inner).mean])
    made = facets(view, split, choose)
    own: dict[str, dict[int, Profile]] = {}
    for p in found:
        own.setdefault(p.variant_id, {})[p.epoch] = p
    return Figure(
        name="delta_map",
        title=words.MAP_TITLE,
        caption=words.MAP_CAPTION,
        columns=_beside(view),
        height_px=190,
        legend_title="",
        legend=(),
        choosers=choosers(view, choose, deepest(view, found, choose)),
        panels=tuple(_map(view, facet, own, epochs, span) for facet in made),
        lesson=words.map_lesson(view.plan, found),
        arrangement=Arrangement(("columns", "colour")) if is_crossed(view.plan) else None,
    )


def _beside(view: Scheme) -> int:
    levels = view.levels(view.roles.colour) if view.roles.colour else ()
    return min(max(len(levels), 2), 4)


def _map(
    view: Scheme,
    facet: Facet,
    by_epoch: Mapping[str, dict[int, Profile]],
    epochs: Sequence[int],
    span: list[float] | None,
) -> Panel:
    """by_epoch: of each variant."""
    variant = facet.variants[0]
    own = by_epoch.get(variant.variant_id, {})
    title = facet.title or view.hover_name(variant)
    if not own or not span:
        return Panel(title, (), _map_axes(1), facet.when, NOTHING, facet.places)
    layers = max(p.inner for p in own.values())
    tiles = _tiles(own, epochs, layers, span) | view.tag(variant)
    return Panel(title, (tiles,), _map_axes(layers), facet.when, variants=facet.places)


def _tiles(own: dict[int, Profile], epochs: Sequence[int], layers: int, span: list[float]) -> Trace:
    values, sizes = np.full((layers, len(epochs)), np.nan), np.zeros((layers, len(epochs)), int)
    for column, epoch in enumerate(epochs):
        if epoch in own:
            inner = own[epoch].inner
            values[:inner, column] = own[epoch].by_place.mean[:inner]
            sizes[:inner, column] = own[epoch].by_place.n[:inner]
    bar = log_axis(span)
    return {
        "type": "heatmap", "x": [str(epoch) for epoch in epochs],
        "y": list(range(1, layers + 1)),
        "z": [numbers(row, 3) for row in np.log10(values)], "text": [
            [f"{x:.3g}" for x in row] for row in values], "customdata": sizes.tolist(),
        "zmin": span[0], "zmax": span[1], "colorscale": "Viridis", "xgap": 1, "ygap": 1,
        "hovertemplate": "epoch %{x}, layer %{y}: %{text}, n = %{customdata}<extra></extra>",
        "colorbar": {"thickness": 8, "len": 1, "outlinewidth": 0,
                     "tickvals": [float(np.log10(x)) for x in bar["tickvals"]],
                     "ticktext": bar["ticktext"]},
    }  # fmt: skip


def _map_axes(layers: int) -> Layout:
    return {
        "xaxis": {"title": {"text": "epoch"}, "type": "category", "zeroline": False},
        "yaxis": {"title": {"text": "hidden layer"}, "dtick": 1 if layers <= 12 else None,
                  "zeroline": False},
        "hovermode": "closest",
    }  # fmt: skip
