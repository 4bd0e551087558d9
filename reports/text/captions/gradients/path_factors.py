"""Words of the figure of the path factors."""

from collections.abc import Sequence

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.layer_quantiles import PATH_FACTOR, LayerQuantiles
from orchestrator.reports.text.names import factor_text
from orchestrator.reports.text.phrases import epoch_text, sentence, with_variant

TITLE = "One factor of the chain formula, |w·φ′(z)|, over all paths through a layer"
CAPTION = (
    "Band: 10 % to 90 % of all paths from a unit to one of the next layer, over examples; "
    "line: mean; dotted: the largest. Dashed: what none exceeds while |w| ≤ 1, which is "
    "the largest φ′ (¼ for the sigmoid). Bands that reach the lower edge go on to 0, as of "
    "ReLU units that are off. Means over replicates; no interval. A gradient of a whole "
    "layer shrinks less than one path, as many paths add up in it."
)
_, MEAN, HIGH, LARGEST = PATH_FACTOR


def lesson(plan: PlanDocument, found: Sequence[LayerQuantiles]) -> str:
    """The smallest factors against the bound, at both ends of training."""
    begun, last = smallest(found), max(each.epoch for each in found)
    if begun is None:
        return ""
    ended = [s for s in found if (s.variant_id, s.epoch) == (begun.variant_id, last)]
    layer = int(begun.of[MEAN].argmin())
    where = f"{with_variant(plan, begun.variant_id)}," if plan.factors else ""
    text = (
        f"{epoch_text(begun.epoch)}{where} the mean factor of hidden layer "
        f"{begun.layers[layer]} is {factor_text(begun.of[MEAN][layer])}, and the "
        f"largest of the network is {_against_bound(begun)}"
    )
    later = [
        f"; {epoch_text(end.epoch)} it is {_against_bound(end)}"
        for end in ended
        if end is not begun
    ]
    return sentence(f"{text}{''.join(later)}")


def smallest(found: Sequence[LayerQuantiles]) -> LayerQuantiles | None:
    """Of the deepest networks the one whose factors are smallest before training."""
    first = min(each.epoch for each in found)
    begun = [each for each in found if each.epoch == first]
    most = max((len(each.layers) for each in begun), default=0)
    deepest = [each for each in begun if len(each.layers) == most]
    sigmoids = [each for each in deepest if each.activation == "sigmoid"]
    return min(sigmoids or deepest, key=lambda each: float(each.of[HIGH].min()), default=None)


def _against_bound(spread: LayerQuantiles) -> str:
    """0.14, below the bound 0.25; 1.3, above the bound 0.25, as a weight is above 1."""
    largest, bound = float(spread.of[LARGEST].max()), spread.bound
    if bound is None:
        return factor_text(largest)
    if largest <= bound:
        return f"{factor_text(largest)}, below the bound {bound:g}"
    return f"{factor_text(largest)}, above the bound {bound:g}, as some |w| is above 1"
