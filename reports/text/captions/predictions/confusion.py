"""Words of the figure of confusion matrices."""

from collections.abc import Sequence

from orchestrator.reports.statistics.predictions.confusion import Confusions

SHARES = "shares of each class"
DIFFERENCES = "difference to the baseline"
PREDICTION, TARGET = "prediction", "target"
NONE = "no predictions"
NO_BASELINE = "the baseline itself, or without one"


def title(split: str) -> str:
    return f"Which classes are taken for which, {split} split"


def caption(found: Sequence[Confusions], *, has_differences: bool) -> str:
    replicates = {own.replicates for each in found for own in each.by_variant.values()}
    n = f"{min(replicates)}" + f" to {max(replicates)}" * (len(replicates) > 1)
    difference = (
        " Differences are in points: blue where the variant gives this answer less often than the "
        "variant it is compared with, orange where more often; they are not tested."
    )
    return (
        "Rows are targets, columns predictions; a cell has the share of its row's answers, in per "
        f"cent, mean over replicates (n = {n}), and colours go by its square root, so that errors "
        "are seen beside the diagonal. Hovering counts the answers of all replicates."
        f"{difference if has_differences else ''}{left_out(found)}"
    )


def left_out(found: Sequence[Confusions]) -> str:
    """Which classes are not shown."""
    cut = [each for each in found if len(each.classes) < len(each.task.classes)]
    return "".join(
        f" Of {len(each.task.classes):,} classes the {len(each.classes)} that take part in most "
        "errors are shown."
        for each in cut[:1]
    )
