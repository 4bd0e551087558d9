"""Words of the phase diagram."""

from collections.abc import Mapping

import numpy as np

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.theory import Theory
from orchestrator.reports.text.names import count_text
from orchestrator.reports.variants import name_of

TITLE = "Phase diagram: √χ, the factor per layer of a deep network with these variances"
CAPTION = (
    "Blue: the gradient vanishes (√χ < 1); orange: it explodes; line: √χ = 1, which for "
    "tanh is the edge of chaos. Numbers on the scale are √χ. Markers: the variants, at the "
    "variances of weights (σ_w² = fan_in · var W) and biases (σ_b²) as drawn, averaged "
    "over layers and replicates; no interval. A wide network of endlessly many layers is assumed "
    "(Schoenholz et al. 2017): √χ is that of the fixed point of the variance of z, or, where the "
    "variance grows without bound, its limit, which softplus with σ_w² ≥ 2 comes to only slowly."
)
_BAND = 0.005  # of the factor around 1, in which a variant counts as at the edge


def lesson(plan: PlanDocument, theories: Mapping[str, Theory]) -> str:
    """How many variants begin on each side of the edge, and which is nearest to it."""
    known = {name: t.factor for name, t in theories.items() if t.factor is not None}
    if not known:
        return ""
    below = sum(factor < 1 - _BAND for factor in known.values())
    above = sum(factor > 1 + _BAND for factor in known.values())
    nearest = min(known, key=lambda name: abs(np.log(known[name])))
    return (
        f"By theory {count_text(below, 'variant')} of {len(known)} with two hidden layers or more "
        f"begin where the gradient vanishes and {above} where it explodes; nearest to the edge is "
        f"{name_of(plan, nearest)} (× {known[nearest]:.3g} per layer)."
    )
