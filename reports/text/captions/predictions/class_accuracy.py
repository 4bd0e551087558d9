"""Words of the figure of accuracies by class."""

from collections.abc import Sequence

from orchestrator.reports.statistics.predictions.confusion import Confusions
from orchestrator.reports.text.captions.predictions.confusion import left_out

CLASS = "class"
NONE = "no predictions"


def title(split: str) -> str:
    return f"Accuracy by class, {split} split"


def caption(found: Sequence[Confusions]) -> str:
    return (
        "Marker: share of right answers of the class, mean over replicates; bar: its 95 % interval "
        "over seeds, Wilson's with the effective number of answers of replicates whose answers "
        f"belong together. Each interval is for its class alone.{left_out(found)}"
    )
