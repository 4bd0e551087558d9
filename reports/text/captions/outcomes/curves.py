"""Words of the figure of `curves`."""

from collections.abc import Sequence

from orchestrator.reports.statistics.outcomes import generalisation_gap
from orchestrator.reports.statistics.outcomes.curves import Curve
from orchestrator.reports.text.names import metric_text
from orchestrator.reports.text.phrases import range_text

TITLE = "{metric}, by epoch"  # with the option of that list


def caption(every: Sequence[Curve], cut: Sequence[str], compared: str, has_single: bool) -> str:
    """cut: metrics whose axis leaves out the values before training.

    has_single: whether the list offers the replicates of the compared metric one by one.
    """
    n = range_text(n for curve in every for n in curve.n)
    solved = any(curve.metric.endswith("/solved") for curve in every)
    return (
        f"Line: mean over replicates (n = {n}; hover shows n by epoch). Band: 95 % t-interval of "
        "the mean, epoch by epoch, as far as the metric reaches. Epoch 0 is before training. A "
        f"trial that diverged leaves the mean after its last finite epoch."
        f"{' Band of solved: Wilson interval.' if solved else ''}{_cut(cut)}"
        f"{_single(compared) if has_single else ''}{_gap(every)}"
    )


def _single(compared: str) -> str:
    return f" Each replicate: one line for each trial, of {metric_text(compared)} only."


def _gap(every: Sequence[Curve]) -> str:
    """Of a loss, what is worse in the test lies below 0."""
    if not any(curve.metric.startswith(generalisation_gap.NAME) for curve in every):
        return ""
    return " Generalisation gap: the difference within each trial, then its mean."


def _cut(metrics: Sequence[str]) -> str:
    if not metrics:
        return ""
    named = ", ".join(metric_text(metric) for metric in metrics)
    return (
        f" The axis of {named} covers epoch 1 and later: the values before training lie outside "
        "it, as they would flatten the rest. Log scale shows them."
    )
