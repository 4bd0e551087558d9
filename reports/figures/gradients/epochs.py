"""The gradient by hidden layer at every probed epoch: a slider, and a map of each variant."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from orchestrator.reports.figures.facets import Facet, Scheme, choosers, facets, seen_together
from orchestrator.reports.figures.gradients import profiles as drawing
from orchestrator.reports.figures.gradients.decay import deepest, strand_of
from orchestrator.reports.figures.gradients.profiles import Strand, epoch_text
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
from orchestrator.reports.text.names import change_text, factor_text
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
        title="Gradient that arrives at each hidden layer, epoch by epoch",
        caption=(
            "Move the slider. Line: geometric mean over replicates (n = "
            f"{drawing.sizes_text(strand_of(p) for p in found)}) of the mean over examples of "
            "‖∂C/∂z‖; band: its 95 % t-interval. Layer 1 is next to the input. The "
            "scale is the same at every epoch and in all panels."
        ),
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
        arrangement=drawing.ARRANGEMENT,
        lesson=_told(view, found),
    )


def _slides(
    view: Scheme, found: Sequence[Profile], epochs: Sequence[int], choose: Sequence[str | None]
) -> Iterator[Panel]:
    own = drawing.by_variant(map(strand_of, found))
    for beside in seen_together(facets(view, (view.roles.columns,), choose)):
        seen = drawing.of_facets(own, beside)
        layout = _slide_axes(seen)
        for facet, epoch in product(beside, epochs):
            now = {strand.variant_id: strand for strand in seen if strand.epoch == epoch}
            yield drawing.panel(view, facet, now, epoch, layout, {EPOCH: str(epoch)})


def _slide_axes(seen: Sequence[Strand]) -> Layout:
    layers = max((strand.x[-1] for strand in seen), default=1)
    across = {"title": {"text": "hidden layer"},
              "dtick": 1 if layers <= 12 else None, "range": [0.7, layers + 0.3],
              "zeroline": False}  # fmt: skip
    middle = [float(x) for strand in seen for x in strand.mean]
    return {"xaxis": across, "yaxis": log_axis(log_range(middle)), "hovermode": "x"}


def _told(view: Scheme, found: Sequence[Profile]) -> str:
    """Whose factor moves most between two probes."""
    tracks: dict[str, list[Profile]] = {}
    for profile in (p for p in found if p.factor):
        tracks.setdefault(profile.variant_id, []).append(profile)
    moved = {name: _range(track) for name, track in tracks.items() if len(track) > 1}
    if not moved:
        return ""
    name = max(moved, key=lambda each: abs(moved[each][1] - moved[each][0]))
    first, last = (tracks[name][i].factor for i in (0, -1))
    where = f" with {view.titles[name]}" if view.plan.factors else ""
    start, end = (change_text(f.value, "layer") if f else "" for f in (first, last))
    return (
        f"Training changes the decay most{where}: the gradient {start} "
        f"{epoch_text(tracks[name][0].epoch)} and {end} {epoch_text(tracks[name][-1].epoch)}."
    )


def _range(track: Sequence[Profile]) -> tuple[float, float]:
    logs = [float(np.log(p.factor.value)) for p in track if p.factor]
    return logs[0], logs[-1]


def draw_map(view: Scheme, profiles: Sequence[Profile]) -> Figure | None:
    """Layer by epoch, one panel a variant; None with one epoch or without deep networks."""
    found, epochs = _deltas(profiles)
    if len(epochs) < 2 or all(p.inner < 2 for p in found):
        return None
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    split = (view.roles.columns, view.roles.colour)
    span = log_range([x for p in found for x in p.mean[: p.inner]])
    made = facets(view, split, choose)
    own: dict[str, dict[int, Profile]] = {}
    for p in found:
        own.setdefault(p.variant_id, {})[p.epoch] = p
    return Figure(
        name="delta_map",
        title="Gradient by layer and epoch, ‖∂C/∂z‖ of each variant",
        caption=(
            "Colour: geometric mean over replicates of the mean over examples of ‖∂C/∂z‖, the same "
            "logarithmic scale in all panels; no interval (hover for n). Empty: nothing measured, "
            "or exactly zero."
        ),
        columns=_beside(view),
        height_px=190,
        legend_title="",
        legend=(),
        choosers=choosers(view, choose, deepest(view, found, choose)),
        panels=tuple(_map(view, facet, own, epochs, span) for facet in made),
        lesson=_told_of_map(view, found),
        arrangement=Arrangement(("columns", "colour")) if is_crossed(view.plan) else None,
    )


def _beside(view: Scheme) -> int:
    levels = view.levels(view.roles.colour) if view.roles.colour else ()
    return min(max(len(levels), 2), 4)


def _told_of_map(view: Scheme, found: Sequence[Profile]) -> str:
    """How far apart the brightest and the darkest layer of one network are."""
    ratios = {}
    for p in (p for p in found if p.inner >= 2):
        inner = p.mean[: p.inner]
        if np.isfinite(inner).all():
            ratios[p.variant_id, p.epoch] = float(inner.max() / inner.min())
    if not ratios:
        return ""
    name, epoch = max(ratios, key=lambda key: ratios[key])
    return (
        f"Largest contrast between two layers of one network: {factor_text(ratios[name, epoch])} "
        f"times, {view.titles[name]}, {epoch_text(epoch)}."
    )


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
        return Panel(title, (), _map_axes(1), facet.when, drawing.NOTHING, facet.places)
    layers = max(p.inner for p in own.values())
    tiles = _tiles(own, epochs, layers, span) | view.tag(variant)
    return Panel(title, (tiles,), _map_axes(layers), facet.when, variants=facet.places)


def _tiles(own: dict[int, Profile], epochs: Sequence[int], layers: int, span: list[float]) -> Trace:
    values, sizes = np.full((layers, len(epochs)), np.nan), np.zeros((layers, len(epochs)), int)
    for column, epoch in enumerate(epochs):
        if epoch in own:
            inner = own[epoch].inner
            values[:inner, column] = own[epoch].mean[:inner]
            sizes[:inner, column] = own[epoch].n[:inner]
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
