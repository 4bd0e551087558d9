"""Words of the figure of `curves`."""

from collections.abc import Sequence

from orchestrator.reports.statistics.outcomes.curves import Curve
from orchestrator.reports.text.phrases import range_text

TITLE = "{metric} by epoch, mean over replicates"  # with the option of that list


def caption(every: Sequence[Curve]) -> str:
    n = range_text(n for curve in every for n in curve.n)
    solved = any(curve.metric.endswith("/solved") for curve in every)
    return (
        f"Line: mean over replicates (n = {n}; hover shows n by epoch). Band: 95 % t-interval of "
        "the mean, epoch by epoch, as far as the metric reaches. Epoch 0 is before training. A "
        f"trial that diverged leaves the mean after its last finite epoch."
        f"{' Band of solved: Wilson interval.' if solved else ''}"
    )
