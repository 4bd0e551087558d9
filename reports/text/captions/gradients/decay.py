"""Words of the figures of `decay`."""

from collections.abc import Sequence

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.decay import MULTIPLICATIVE, Profile
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.statistics.gradients.theory import Theories
from orchestrator.reports.text.captions.gradients import theory
from orchestrator.reports.text.names import factor_text
from orchestrator.reports.text.phrases import epoch_text, sentence, with_variant
from orchestrator.reports.variants import name_of

TITLES = {  # by the first quantity of a figure
    "delta": "Gradient that arrives at each hidden layer, ‖∂C/∂z‖",
    "weight_grad": "Gradient of each layer's weights, ‖∂C/∂W‖",
    "saturation": "Units of each hidden layer that are saturated or dead (share)",
}
QUANTITIES = {  # in the list of a figure
    "delta": "mean of ‖∂C/∂z‖",
    "delta_mean": "‖mean of ∂C/∂z‖ (bias gradient)",
    "weight_grad": "‖∂C/∂W‖",
    "update_ratio": "‖ΔW‖/‖W‖ of the last step",
    "saturation": "saturated",
    "dead": "dead: zero on every example",
}
_ABOUT = {
    "delta": "A straight line that falls to the left is a gradient that vanishes by the same "
    "factor in every layer; a flat line reaches the first layer undiminished.",
    "weight_grad": "∂C/∂W of a layer is its ∂C/∂z times the activations that enter it. Where "
    "activations shrink on their way forwards as ∂C/∂z does on its way back (tanh, ReLU), the "
    "product is about the same in all layers although ∂C/∂z vanishes (Glorot & Bengio 2010, eq. "
    "14); the activations of sigmoids stay near ½, and it falls with ∂C/∂z. So it is never read "
    "alone.",
    "update_ratio": "What the layer really learns: under Adam it differs from the gradient.",
    "saturation": "Units whose activation hardly changes any more: |tanh| > .95, sigmoid outside "
    "(.05, .95), ReLU = 0, softplus < .05.",
}
_NO_DECAY = 0.3  # a total decay above it is hardly any
_HIDDEN = 2.0  # so many times less decay is another finding
_HARDLY = 0.01  # share of saturated units that is not worth a name


def caption(
    quantity: str, n: str, zeros: bool, theories: Theories | None, without_line: Sequence[str]
) -> str:
    """n: replicates; zeros: whether any is exactly zero; without_line: levels of the legend."""
    mean = "geometric mean" if quantity in MULTIPLICATIVE else "mean"
    note = " Exact zeros have no place on this scale; panels count them." if zeros else ""
    gone = ", ".join(without_line)
    missing = f" Without a line, for want of such layers or of measurements: {gone}."
    return (
        f"Line: {mean} over replicates (n = {n}); band: its 95 % "
        f"t-interval. Layer 1 is next to the input. {_ABOUT[quantity]}{note}"
        f"{missing if gone else ''}{theory.caption(theories, 'depth') if theories else ''}"
    )


def lesson(
    plan: PlanDocument, found: Sequence[Profile], quantity: str, theories: Theories | None
) -> str:
    """found: profiles of every quantity; quantity: the first of the figure."""
    if quantity == "weight_grad":
        return _weights(plan, found)
    if quantity == "saturation":
        return _saturation(plan, [p for p in found if p.quantity == quantity and p.inner])
    if quantity == "delta" and theories is not None:
        return theory.lesson(plan, [p for p in found if p.quantity == quantity], theories, "depth")
    return ""


def _weights(plan: PlanDocument, found: Sequence[Profile]) -> str:
    """Where before training the weights' gradient hides most of the decay of ‖∂C/∂z‖."""
    start = min(p.epoch for p in found)
    totals = {(p.variant_id, p.quantity): p.total.value for p in found
              if p.epoch == start and p.total}  # fmt: skip
    wanted = ("delta", "weight_grad")
    pairs = {
        v.variant_id: tuple(totals[v.variant_id, q] for q in wanted)
        for v in plan.variants
        if all((v.variant_id, q) in totals for q in wanted)
    }
    vanishing = {name: pair for name, pair in pairs.items() if pair[0] < 1}
    if not vanishing:
        return ""
    most = max(vanishing, key=lambda name: vanishing[name][1] / vanishing[name][0])
    delta, weight = vanishing[most]
    where = f"With {name_of(plan, most)}, " if plan.factors else ""
    return sentence(
        f"{where}{epoch_text(start)}, the first hidden layer's ‖∂C/∂z‖ is {factor_text(delta)} "
        f"times the last one's, {_of_weights(delta, weight)}"
    )


def _of_weights(delta: float, weight: float) -> str:
    """Whether the weights' gradient hides the decay."""
    if weight < _HIDDEN * delta:
        return f"and its weight gradient {factor_text(weight)} times: both show the decay"
    hides = ": weights alone show hardly any decay" if weight > _NO_DECAY else ""
    return f"but its weight gradient {factor_text(weight)} times{hides}"


def _saturation(plan: PlanDocument, found: Sequence[Profile]) -> str:
    """The layer with most saturated units at each end of training."""
    parts = []
    for epoch in first_and_last(p.epoch for p in found):
        here = [p for p in found if p.epoch == epoch]
        most = max(here, key=lambda p: float(p.by_place.first(p.inner).mean.max()))
        parts += [f"{epoch_text(epoch)} {_largest_share(plan, most)}"]
    return " ".join(map(sentence, parts))


def _largest_share(plan: PlanDocument, most: Profile) -> str:
    layer = int(most.by_place.first(most.inner).mean.argmax())
    share = float(most.by_place.mean[layer])
    if share < _HARDLY:
        least = f" (at most {100 * share:.1g} % of a layer)" if share else ""
        return f"{'hardly any' if share else 'no'} unit is saturated{least}"
    place = f"in hidden layer {most.by_place.places[layer]}{with_variant(plan, most.variant_id)}"
    return f"the largest share of saturated units is {100 * share:.0f} %, {place}"
