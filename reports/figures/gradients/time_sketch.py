"""Draws a recurrent cell, unfolded, and the gradient on its way back through the steps."""

from dataclasses import dataclass

import numpy as np

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.gradients.sketch import Sketch, compared, sketched
from orchestrator.reports.statistics.gradients.theory import FORWARD
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.text.captions.gradients import time_sketch as words

MOST_BOXES = 12  # of longer sequences some steps have none
LEAST_STEPS = 3


@dataclass(frozen=True)
class _Through:
    """The gradient of one variant, by step from the first to the last."""

    profile: TimeProfile
    gradient: Floats

    @property
    def total(self) -> float:
        """The first step's over the last but one's: the last also feeds the output."""
        return float(self.gradient[0] / self.gradient[-2])


def draw(view: Scheme, analysis: Analysis) -> tuple[Sketch, ...]:
    """Of the longest sequences the variant that does best beside its baseline, after the baseline.

    Before training, of the hidden state of the first layer in the forward direction. Empty where
    the decay of neither is known.
    """
    found = _hidden(analysis.time_profiles)
    sizes = {name: len(each.gradient) for name, each in found.items()}
    changes = {name: each.total for name, each in found.items()}
    chosen = compared(view.plan, analysis, sizes, changes)
    return tuple(_sketch(view, found[name]) for name in chosen)


def _hidden(profiles: tuple[TimeProfile, ...]) -> dict[str, _Through]:
    """variant id → what is drawn, where it has a factor and no zeros."""
    own = [p for p in profiles if (p.site, p.quantity) == (FORWARD, "hidden_grad")]
    start = min((p.epoch for p in own), default=0)
    known = [p for p in own if p.epoch == start and p.factor and not sum(p.by_place.zeros)]
    found = {p.variant_id: _Through(p, _by_step(p)) for p in known}
    return {name: each for name, each in found.items() if len(each.gradient) >= LEAST_STEPS}


def _by_step(profile: TimeProfile) -> Floats:
    """The lags that all replicates reach, as sentences of one are longer than those of another."""
    of = profile.by_place
    seen = np.array(of.n) == max(of.n)
    lags = int(np.argmin(seen)) if not seen.all() else len(seen)
    return np.asarray(of.mean[:lags][::-1])


def _sketch(view: Scheme, through: _Through) -> Sketch:
    said = words.decay_text(through.profile, through.total, len(through.gradient) - 2)
    return sketched(view, through.profile.variant_id, through.gradient, MOST_BOXES, said)
