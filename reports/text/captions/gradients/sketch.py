"""Words of the picture of `sketch`."""

from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.text.names import factor_text

CAPTION = (
    "Before training: the arrow is the gradient ‖∂C/∂z‖ on its way from the last hidden layer back "
    "to the first, thick where much of it arrives (logarithmic)."
)


def decay_text(profile: Profile) -> str:
    """ "÷4.8 per layer, ÷113 in all"; × where it grows."""
    if not profile.factor or not profile.total:
        return ""
    return f"{times(profile.factor.value)} per layer, {times(profile.total.value)} in all"


def times(ratio: float) -> str:
    """÷4.8; × where it grows."""
    return f"×{factor_text(ratio)}" if ratio >= 1 else f"÷{factor_text(1 / ratio)}"
