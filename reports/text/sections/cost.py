"""Words of the section of cost."""

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.outcomes.cost import Cost
from orchestrator.reports.statistics.outcomes.evidence import Evidence
from orchestrator.reports.text.names import count_text, duration_text


def cost_text(cost: Cost | None, facts: Evidence, plan: PlanDocument) -> str:
    """Time, packing, and what of the run was not training; nothing while nothing is trained."""
    if cost is None:
        return ""
    each = f"{duration_text(cost.training_s / cost.trials)} each"
    took = f"{count_text(cost.trials, 'trial')} took {duration_text(cost.training_s)}"
    packs = f"in packs of about {cost.together:.0f} ({_execution(cost)})"
    said = f"{took}, {each}." if plan.is_own else f"{took} of training, {each}, {packs}."
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
