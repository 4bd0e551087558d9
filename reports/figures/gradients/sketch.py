"""Draws a network and the gradient on its way back through it, as a picture of few words."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.palette import Look, look
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.text.captions.gradients import sketch as words
from orchestrator.reports.variants import name_of

WIDTH_PX, HEIGHT_PX = 340, 70  # narrower than a phone, so that its words keep their size
_LEFT, _RIGHT = 58.0, 288.0  # of the first and the last layer
_THICK, _THIN = 11.0, 1.0  # px, of the arrow
_THINNEST = 1e-4  # share of the gradient that is drawn thinnest


@dataclass(frozen=True)
class Segment:
    """A part of the arrow, from one layer back to the one before; pixels."""

    left: float
    right: float
    thick: float


@dataclass(frozen=True)
class Sketch:
    """One variant; positions in pixels."""

    name: str
    look: Look
    variant: int  # its place in the study, by which the page hides the picture
    layers: tuple[float, ...]  # where each is drawn; of long sequences there are fewer than steps
    last: int  # number of the last layer, or step
    arrow: tuple[Segment, ...]  # from the first layer, or step, on
    tip: float  # half the height of the arrow's tip
    said: str  # "÷4.8 per layer, ÷113 in all"


def draw(view: Scheme, analysis: Analysis) -> tuple[Sketch, ...]:
    """Of the deepest networks the variant that does best beside its baseline, after that baseline.

    Before training. Empty where the decay of neither is known.
    """
    found = _deltas(analysis.profiles)
    sizes = {name: profile.inner for name, profile in found.items()}
    changes = {name: p.total.value for name, p in found.items() if p.total}
    chosen = compared(view.plan, analysis, sizes, changes)
    return tuple(_sketch(view, found[name]) for name in chosen)


def _deltas(profiles: tuple[Profile, ...]) -> dict[str, Profile]:
    """variant id → its first profile of ‖∂C/∂z‖, if that has a decay and no zeros."""
    deltas = [p for p in profiles if p.quantity == "delta"]
    start = min((p.epoch for p in deltas), default=0)
    known = [p for p in deltas if p.epoch == start and p.factor and p.total]
    return {p.variant_id: p for p in known if not sum(p.by_place.zeros)}


def compared(
    plan: PlanDocument,
    analysis: Analysis,
    sizes: Mapping[str, int],
    changes: Mapping[str, float],
) -> tuple[str, ...]:
    """The baseline and the variant, or the one variant whose gradient changes most.

    sizes: variant id → layers, or steps. changes: variant id → by which factor it changes in all.
    """
    if not sizes:
        return ()
    sign = 1 if plan.compare.direction == "maximize" else -1

    def rank(row: Comparison) -> tuple[int, float]:
        return sizes[row.variant], sign * (row.difference or 0.0)

    rows = [r for r in analysis.comparisons.rows if r.variant in sizes and r.baseline in sizes]
    rows = [row for row in rows if row.difference is not None]
    if rows:
        best = max(rows, key=rank)
        return best.baseline, best.variant
    return (max(changes, key=lambda name: abs(float(np.log(changes[name])))),)


def _sketch(view: Scheme, profile: Profile) -> Sketch:
    gradient = profile.by_place.first(profile.inner).mean
    return sketched(view, profile.variant_id, gradient, profile.inner, words.decay_text(profile))


def sketched(view: Scheme, variant_id: str, gradient: Floats, most: int, said: str) -> Sketch:
    """gradient: (places,) from the first layer, or step, to the last; most: that have a box."""
    count = len(gradient)
    across, boxes = _spread(count), _spread(min(count, most))
    shares = gradient / np.nanmax(gradient)
    arrow = tuple(
        Segment(left, right, _thickness(float(share)))
        for (left, right), share in zip(pairwise(across), shares[:-1], strict=True)
    )
    return Sketch(
        name_of(view.plan, variant_id),
        look(view.colour(view.plan.variants[view.order[variant_id]])),
        view.order[variant_id],
        boxes,
        count,
        arrow,
        round(arrow[0].thick / 2 + 3, 1),
        said,
    )


def _spread(count: int) -> tuple[float, ...]:
    return tuple(round(float(x), 1) for x in np.linspace(_LEFT, _RIGHT, count))


def _thickness(share: float) -> float:
    """Of the arrow, by the logarithm of the gradient's share of its largest."""
    part = 1 - np.log(max(share, _THINNEST)) / np.log(_THINNEST)
    return round(float(_THIN + (_THICK - _THIN) * part), 1)
