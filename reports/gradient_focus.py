"""Whether a study is about gradients: what of the page is folded, and what comes first."""

import re
from typing import Literal

from orchestrator.gradient_metrics import is_gradient
from orchestrator.plan_document import PlanDocument

Axis = Literal["depth", "time"]

DEEP = 3  # hidden layers from which on the gradient's way through depth is worth a section
_GRADIENT = re.compile(r"gradient|vanish|explod|first layer", re.IGNORECASE)
_BOTH = r"activation|initial|\binit\b|scale"
_CONCERNS = {
    "depth": re.compile(rf"{_BOTH}|depth|deep|layer", re.IGNORECASE),
    "time": re.compile(rf"{_BOTH}|\bcell\b|remember|memory|length|long|steps|gate", re.IGNORECASE),
}


def folded(plan: PlanDocument, axis: Axis, hidden: int) -> bool:
    """Whether the section of this axis is folded. hidden: layers of the deepest network.

    Never where the compared metric is a gradient or the question speaks of one. Else where
    neither question nor factors concern what changes a gradient on this axis, and through depth
    also where no network has `DEEP` hidden layers.
    """
    if asks_for_gradients(plan):
        return False
    return not concerns(plan, axis) or (axis == "depth" and hidden < DEEP)


def comes_first(plan: PlanDocument, hidden: int) -> bool:
    """Whether the gradient by layer belongs on the first screen."""
    return hidden > 1 and (asks_for_gradients(plan) or not folded(plan, "depth", hidden))


def asks_for_gradients(plan: PlanDocument) -> bool:
    return is_gradient(plan.compare.metric) or bool(_GRADIENT.search(plan.question))


def concerns(plan: PlanDocument, axis: Axis) -> bool:
    """Whether question or factors concern depth, initialisation, activation, length, memory."""
    texts = (plan.question, *(path.replace("_", " ") for path in plan.factors))
    return any(_CONCERNS[axis].search(text) for text in texts)
