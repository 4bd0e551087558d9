"""Words of the figures of the gradient at every probed epoch."""

from collections.abc import Sequence

import numpy as np

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.text.names import change_text, factor_text
from orchestrator.reports.text.phrases import epoch_text, with_variant
from orchestrator.reports.variants import name_of

SLIDER_TITLE = "Gradient that arrives at each hidden layer, epoch by epoch"
MAP_TITLE = "Gradient by layer and epoch, ‖∂C/∂z‖ of each variant"
MAP_CAPTION = (
    "Colour: geometric mean over replicates of the mean over examples of ‖∂C/∂z‖, the same "
    "logarithmic scale in all panels; no interval (hover for n). Empty: nothing measured, "
    "or exactly zero."
)


def slider_caption(n: str) -> str:
    """n: replicates."""
    return (
        f"Move the slider. Line: geometric mean over replicates (n = {n}) of the mean over "
        "examples of ‖∂C/∂z‖; band: its 95 % t-interval. Layer 1 is next to the input. The "
        "scale is the same at every epoch and in all panels."
    )


def slider_lesson(plan: PlanDocument, found: Sequence[Profile]) -> str:
    """Whose factor moves most between two probes."""
    by_variant: dict[str, list[Profile]] = {}
    for profile in (p for p in found if p.factor):
        by_variant.setdefault(profile.variant_id, []).append(profile)
    moved = {name: _logs(own) for name, own in by_variant.items() if len(own) > 1}
    if not moved:
        return ""
    name = max(moved, key=lambda each: abs(moved[each][1] - moved[each][0]))
    first, last = by_variant[name][0], by_variant[name][-1]
    start, end = (change_text(p.factor.value, "layer") if p.factor else "" for p in (first, last))
    return (
        f"Training changes the decay most{with_variant(plan, name)}: the gradient {start} "
        f"{epoch_text(first.epoch)} and {end} {epoch_text(last.epoch)}."
    )


def _logs(own: Sequence[Profile]) -> tuple[float, float]:
    """Log factor at the first probe and at the last."""
    logs = [float(np.log(p.factor.value)) for p in own if p.factor]
    return logs[0], logs[-1]


def map_lesson(plan: PlanDocument, found: Sequence[Profile]) -> str:
    """How far apart the brightest and the darkest layer of one network are."""
    ratios = {}
    for p in (p for p in found if p.inner >= 2):
        inner = p.by_place.first(p.inner).mean
        if np.isfinite(inner).all():
            ratios[p.variant_id, p.epoch] = float(inner.max() / inner.min())
    if not ratios:
        return ""
    name, epoch = max(ratios, key=lambda key: ratios[key])
    return (
        f"Largest contrast between two layers of one network: {factor_text(ratios[name, epoch])} "
        f"times, {name_of(plan, name)}, {epoch_text(epoch)}."
    )
