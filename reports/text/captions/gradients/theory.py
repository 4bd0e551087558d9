"""Theory beside a measurement: in a caption, and in the sentence above a figure."""

from collections.abc import Sequence

import numpy as np

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.statistics.gradients.geometric import Estimate
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.statistics.gradients.theory import Reason, Theories, deviations
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile
from orchestrator.reports.text.names import change_text, count_text, percent_text
from orchestrator.reports.text.phrases import epoch_text, sentence, with_variant

_REASONS = {
    "log_linear": "a log-linear model has no hidden layer",
    "chain": "one neuron a layer is not a wide layer",
    "convnet": "convolutions share their weights",
    "window_tagger": "neighbouring words share an embedding",
    "recurrent": "it speaks of plain feed-forward layers",
    "own_model": "a user's own model may be built in any way",
    "gates": "it does not hold for gates (LSTM, GRU)",
    "stacked": "in a stack the gradient also comes from the layer above",
    "pooled": "the loss reads more than the last state",
    "cut": "the gradient is cut (bptt_steps)",
    "identity": "an identity matrix is not random",
    "not_recorded": "the variances of its weights were not recorded",
}
UNITS = {"depth": "layer", "time": "step"}


def caption(found: Theories, axis: str) -> str:
    """What the dashed lines are and how well they fit; where there are none, why."""
    made, unit = list(found.by_axis[axis].values()), UNITS[axis]
    why = "; ".join(map(_reason, found.reasons[axis]))
    if not made:
        return f" No theory is drawn: {why}." if why else ""
    drawn = (
        " Dashed: mean-field theory before training, from the variances of the weights as drawn, "
        "beginning at the measured gradient nearest to the loss."
    )
    missing = f" It is not drawn everywhere: {why}." if why else ""
    return f"{drawn}{_agreement(found, axis, unit)}{missing}"


def _reason(why: Reason) -> str:
    if why.kind == "activation":
        return f"the activation {why.activation} is not known"
    return _REASONS[why.kind]


def _agreement(found: Theories, axis: str, unit: str) -> str:
    made = list(found.by_axis[axis].values())
    off = deviations(made)
    if not off:
        return ""
    size = count_text(len(off), "variant")
    inside = sum(theory.in_band for theory in made)
    spread = f", from {percent_text(off[0])} to {percent_text(off[-1])}" if len(off) > 1 else ""
    return (
        f" Measured factor per {unit} against theory: {percent_text(float(np.median(off)))} at the "
        f"median of {size}{spread}; theory lies inside the interval of {inside}."
    )


def lesson(
    plan: PlanDocument, profiles: Sequence[Profile | TimeProfile], found: Theories, axis: str
) -> str:
    """Where the gradient changes most and where least, before training and after it.

    profiles: of one quantity that decays, one site group per variant.
    """
    known = [p for p in profiles if p.factor]
    parts = [
        _at_epoch(plan, known, epoch, found, axis)
        for epoch in first_and_last(p.epoch for p in known)
    ]
    return " ".join(sentence(part) for part in parts if part)


def _at_epoch(
    plan: PlanDocument,
    profiles: Sequence[Profile | TimeProfile],
    epoch: int,
    found: Theories,
    axis: str,
) -> str:
    factors = {p.variant_id: p.factor for p in profiles if p.epoch == epoch and p.factor}
    if not factors:
        return ""
    ordered = sorted(factors, key=lambda name: abs(np.log(factors[name].value)))
    least, most = ordered[0], ordered[-1]
    text = _change(plan, most, factors[most], epoch, found, axis)
    other = f", and {_change(plan, least, factors[least], epoch, found, axis)}"
    return f"{epoch_text(epoch)} the gradient {text}{other if least != most else ''}"


def _change(
    plan: PlanDocument, variant_id: str, factor: Estimate, epoch: int, found: Theories, axis: str
) -> str:
    """shrinks 4.9-fold per layer with sigmoid, depth 8 (theory says 4.88)."""
    where = with_variant(plan, variant_id)
    theory = found.by_axis[axis].get(variant_id)
    expected = theory.factor if theory and epoch == 0 else None
    return f"{change_text(factor.value, UNITS[axis])}{where}{_expected(factor.value, expected)}"


def _expected(measured: float, expected: float | None) -> str:
    """(theory says 4.88), of the same change; else what it says instead."""
    if expected is None:
        return ""
    if (measured < 1) == (expected < 1):
        return f" (theory says {max(expected, 1 / expected):.3g})"
    return f" (theory says × {expected:.3g})"
