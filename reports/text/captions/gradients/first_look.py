"""Words of the figure of `first_look`."""

from orchestrator.reports.text.phrases import epoch_text

CAPTION = (
    "Line: geometric mean over replicates; band: its 95 % t-interval. Falling to the left, the "
    "gradient vanishes on its way to the first layer."
)


def title(epoch: int) -> str:
    return f"Gradient that arrives at each hidden layer, {epoch_text(epoch)}"
