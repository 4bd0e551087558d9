"""Words of the figure of `time_decay`."""

from collections.abc import Sequence

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.theory import Theories
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile, half_life
from orchestrator.reports.text.captions.gradients import theory
from orchestrator.reports.text.names import factor_text, half_life_text

TITLE = "Gradient that arrives at the states of earlier steps"
QUANTITIES = {
    "hidden_grad": "hidden state, ‖∂L/∂h‖",
    "cell_grad": "cell state, ‖∂L/∂c‖",
}
FORWARD_AXIS = "steps before the loss (0: the last step)"
BACKWARD_AXIS = "steps after the first one, where this direction ends"


def caption(n: str, zeros: bool, theories: Theories) -> str:
    """n: replicates; zeros: whether any gradient is exactly zero."""
    note = " Exact zeros have no place on this scale; panels count them." if zeros else ""
    return (
        f"Line: geometric mean over replicates (n = "
        f"{n}; hover shows n by step) of the mean over examples; band: its "
        f"95 % t-interval. A straight line is a gradient that shrinks by the same factor in every "
        f"step.{note}{theory.caption(theories, 'time')}"
    )


def lesson(plan: PlanDocument, chosen: Sequence[TimeProfile], theories: Theories) -> str:
    """Where the gradient of the last forward layer's state shrinks most and least.

    chosen: of one quantity, each variant's last forward layer.
    """
    deep = len({p.site for p in chosen}) > 1
    where = " These factors are of the last forward layer." if deep else ""
    text = theory.lesson(plan, chosen, theories, "time")
    return f"{text}{where}" if text else ""


def site_text(site: str) -> str:
    """forward.0 → 1, forward; other names as they are."""
    direction, _, number = site.rpartition(".")
    known = direction in ("forward", "backward") and number.isdecimal()
    return f"{int(number) + 1}, {direction}" if known else site


def factor_per_step(profile: TimeProfile) -> str:
    """× 0.81 per step, half after 3.3 steps."""
    if profile.factor is None:
        return "–"
    value = profile.factor.value
    return f"× {factor_text(value)} per step, {half_life_text(half_life(value))}"
