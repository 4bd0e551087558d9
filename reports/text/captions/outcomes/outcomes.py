"""Words of the figure of `outcomes`."""

from orchestrator.gradient_metrics import FACTOR
from orchestrator.plan_document import Compare
from orchestrator.reports.text.names import final_title, mean_interval_name, mean_word, unit_words

_CROSSES = (
    " ✕ counts trials that diverged or failed and so have no value; an open marker is the mean "
    "of the others."
)


def title(compare: Compare) -> str:
    return f"{final_title(compare.metric)} by variant{unit_text(compare.unit)}"


def unit_text(unit: str) -> str:
    """ " (nat)"; nothing for a share or a factor, whose axis says it."""
    return "" if unit in ("share", FACTOR, "") else f" ({unit_words(unit)})"


def caption(compare: Compare, n: str, lost: bool) -> str:
    """n: replicates with a value; lost: whether any trial has none."""
    return (
        f"Each dot is one replicate (n = {n} per variant); the large marker is their "
        f"{mean_word(compare.unit)}, the bar the {mean_interval_name(compare.metric)} of the mean."
        f"{_CROSSES if lost else ''}"
    )
