"""What a study cost, in sentences."""

from reports.names import count_text, duration_text
from reports.statistics.cost import Cost
from reports.statistics.evidence import Evidence


def cost_text(cost: Cost | None, facts: Evidence) -> str:
    """Time, packing, and what of the run was not training; nothing while nothing is trained."""
    if cost is None:
        return ""
    said = (
        f"{count_text(cost.trials, 'trial')} took {duration_text(cost.training_s)} of training, "
        f"{duration_text(cost.training_s / cost.trials)} each, in packs of about "
        f"{cost.together:.0f} ({_execution(cost)})."
    )
    if cost.busy is None:
        return said
    return (
        f"{said} Packs kept the workers busy for {100 * min(cost.busy, 1):.0f} % of the runs' wall "
        f"time of {duration_text(facts.wall_s)}; the rest is start, waiting for the last pack, and "
        "writing."
    )


def _execution(cost: Cost) -> str:
    parts = [f"{n:,} {name}" for name, n in cost.execution.items()]
    return ", ".join(parts) or "not known how"
