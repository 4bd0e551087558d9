"""Words of the figure of `ranks`."""

from orchestrator.reports.statistics.tasks.ranks import ALPHA, LEAST_TASKS, Ranks
from orchestrator.reports.text.names import p_text

TOGETHER = "no significant difference"


def title(found: Ranks, tasks: int) -> str:
    result = TOGETHER if found.p is not None and found.p > ALPHA else "they differ"
    return f"Mean ranks over {tasks} tasks: {result} (Friedman, p = {p_text(found.p)})"


def caption(found: Ranks, tasks: int) -> str:
    pairs = (
        "The bar joins all, as Friedman's test finds no difference and so no pair is tested."
        if found.p is not None and found.p > ALPHA
        else "A bar joins variants whose mean ranks are no further apart than that: they do not "
        "differ significantly. Two without a common bar do (5 % over all pairs, Nemenyi 1963)."
    )
    return (
        f"Marker: mean rank by mean score over n = {tasks} tasks, 1 the best (left). CD: the "
        f"critical difference, {found.critical_difference:.2f}. {pairs} Tested from {LEAST_TASKS} "
        "tasks on; after Demšar 2006."
    )
