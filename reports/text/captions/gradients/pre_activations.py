"""Words of the figure of the pre-activations."""

from collections.abc import Sequence

import numpy as np

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.layer_quantiles import PRE_ACTIVATION, LayerQuantiles
from orchestrator.reports.statistics.gradients.mean_field import ACTIVATIONS
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.text.names import MINUS
from orchestrator.reports.text.phrases import epoch_text, sentence, with_variant
from orchestrator.reports.variants import name_of

TITLE = "Activation functions, their slopes, and where the measured z fall on them"
LOW, LOWER, MIDDLE, UPPER, HIGH = PRE_ACTIVATION
_FLAT = 1e-3  # a slope is called 0 below it

Flat = tuple[
    float, int, str, LayerQuantiles
]  # how steep, place of the layer, quantile that is there


def caption(found: Sequence[LayerQuantiles]) -> str:
    unknown = any(each.activation is None for each in found)
    note = " No curve where the model does not name its activation function." if unknown else ""
    return (
        "Solid: φ(z). Dashed: its slope φ′(z), by which the gradient is multiplied on its way "
        "back. Below them, each hidden layer's z over units and examples: thin bar 5 % to "
        "95 %, thick bar the middle half, marker the median. Upper bar, in the colour of the "
        "text: before training; lower, in the level's colour: at the end. Quantiles are means "
        f"over replicates (hover for n); no interval.{note}"
    )


def unmeasured(epochs: Sequence[int]) -> str:
    """A panel's note, as of a variant that diverged."""
    return f"not measured {' and '.join(map(epoch_text, epochs))}" if epochs else ""


def lesson(plan: PlanDocument, found: Sequence[LayerQuantiles]) -> str:
    """Where z lies on the flattest piece, before training and after it."""
    parts = []
    for epoch in first_and_last(each.epoch for each in found):
        flat = flattest(found, epoch)
        parts.append(_flat(plan, *flat) if flat else _widest(plan, found, epoch))
    return " ".join(parts)


def _widest(plan: PlanDocument, found: Sequence[LayerQuantiles], epoch: int) -> str:
    """Where no slope is known: how far z reaches."""
    here = [each for each in found if each.epoch == epoch]
    spread = max(here, key=lambda each: float((each.of[HIGH] - each.of[LOW]).max()))
    place = int((spread.of[HIGH] - spread.of[LOW]).argmax())
    low, high = (signed(float(spread.of[name][place])) for name in (LOW, HIGH))
    return sentence(
        f"{epoch_text(epoch)} z reaches farthest in hidden layer {spread.layers[place]}"
        f"{with_variant(plan, spread.variant_id)}: 5 % of it below {low}, 5 % above {high}"
    )


def flattest(found: Sequence[LayerQuantiles], epoch: int) -> Flat | None:
    """An outer quarter of a smooth function's z; where all are ReLU, the lower half."""
    known = [each for each in found if each.epoch == epoch and each.activation]
    smooth = [each for each in known if each.activation not in ("relu", "identity")]
    off = [each for each in known if each.activation == "relu"]
    candidates = [
        (_steepness(each, quantity, place), place, quantity, each)
        for each in smooth or off
        for quantity in ((LOWER, UPPER) if smooth else (MIDDLE,))
        for place in range(len(each.layers))
    ]
    return min(candidates, key=lambda each: each[0], default=None)


def _steepness(spread: LayerQuantiles, quantity: str, place: int) -> float:
    """The slope there, of the steepest one; of a ReLU how far below its corner z lies."""
    z = float(spread.of[quantity][place])
    return z if spread.activation == "relu" else _slope(spread, z) / (spread.bound or 1.0)


def _slope(spread: LayerQuantiles, z: float) -> float:
    """A ReLU's is 0 at its corner and below."""
    if spread.activation == "relu":
        return float(z > 0)
    return float(ACTIVATIONS[str(spread.activation)].slope(np.array(z)))


def _flat(plan: PlanDocument, _: float, place: int, quantity: str, spread: LayerQuantiles) -> str:
    """With tanh, depth 8, hidden layer 2: a quarter of z above 2.1, where tanh' is at most .06."""
    z, layer = float(spread.of[quantity][place]), spread.layers[place]
    slope = _slope(spread, z)
    steepness = f"at most {slope:.3g}" if slope > _FLAT else "practically 0"
    share = "half" if quantity == MIDDLE else "a quarter"
    side = "above" if quantity == UPPER else "below"
    where = f"with {name_of(plan, spread.variant_id)}, " if plan.factors else ""
    return sentence(
        f"{epoch_text(spread.epoch)} z lies on the flattest piece {where}in hidden layer {layer}: "
        f"{share} of it {side} {signed(z)}, where {spread.activation}′ is {steepness} (at its "
        f"steepest {spread.bound:g})"
    )


def signed(value: float) -> str:
    return f"{value:.2g}".replace("-", MINUS)
