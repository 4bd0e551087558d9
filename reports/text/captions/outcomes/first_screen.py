"""Words of the figure of the first screen, where it has lines."""

from orchestrator.plan_document import Compare
from orchestrator.reports.text.captions.outcomes.outcomes import unit_text
from orchestrator.reports.text.names import final_title, mean_interval_name, mean_word


def title(compare: Compare, x: str) -> str:
    """x: the factor along which lines run."""
    return f"{final_title(compare.metric)} by {x}{unit_text(compare.unit)}"


def caption(compare: Compare, n: str, lost: bool, factors: int) -> str:
    """n: replicates with a value; lost: whether any trial has none."""
    crosses = " ✕ counts trials that diverged or failed; means are of the others." if lost else ""
    named = ", or the x axis has names" if factors > 1 else ""
    return (
        f"Line: {mean_word(compare.unit)} over replicates (n = {n} per variant); band: its "
        f"{mean_interval_name(compare.metric)} (a bar where no neighbour has one{named}).{crosses}"
    )
