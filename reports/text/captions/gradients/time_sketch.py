"""Words of the picture of `time_sketch`."""

from orchestrator.reports.statistics.gradients.time_decay import TimeProfile
from orchestrator.reports.text.captions.gradients.sketch import times
from orchestrator.reports.text.names import count_text

CAPTION = (
    "Before training, the cell of the first layer at each step: the arrow is the gradient ‖∂L/∂h‖ "
    "of the last step's loss on its way back to the first step, thick where much of it arrives "
    "(logarithmic). Long sequences have fewer boxes than steps."
)


def decay_text(profile: TimeProfile, total: float, steps: int) -> str:
    """ "÷1.3 per step, ÷62 over 16 steps"; × where it grows.

    steps: over which `total` is. The last one is left out, as in the factor: it feeds the output.
    """
    if not profile.factor:
        return ""
    return (
        f"{times(profile.factor.value)} per step, {times(total)} over {count_text(steps, 'step')}"
    )
