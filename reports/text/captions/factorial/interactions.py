"""Words of the figure of the interactions."""

from collections.abc import Sequence

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.factorial.marginal_means import Means
from orchestrator.reports.text.captions.factorial.main_effects import left_out, sizes
from orchestrator.reports.text.names import final_title, mean_interval_name


def title(compare: Compare) -> str:
    return f"{final_title(compare.metric)} by pairs of factors"


def caption(compare: Compare, every: Sequence[Means], shown: int) -> str:
    """every: the strongest interaction first; shown: how many of them are drawn."""
    rest = f" The strongest {shown} of {len(every)} pairs." if len(every) > shown else ""
    return (
        "Parallel lines: the two factors add up. Lines that part or cross: what one does depends "
        f"on the other. Marker: mean over replicates (n = {sizes(every)}), averaged "
        "over all combinations of the other factors; bar: its "
        f"{mean_interval_name(compare.metric)}. The pair whose interaction explains most "
        f"comes first.{rest}{left_out(every)} Heat maps: the same means, one colour for one value "
        "in all of them; hovering shows the interval."
    )
