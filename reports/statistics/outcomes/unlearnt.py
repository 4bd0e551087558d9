"""Variants whose results cannot be distinguished from a predictor that ignores the input."""

from collections.abc import Mapping, Sequence

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.statistics.tasks.baselines import Baseline


def unlearnt(
    compare: Compare,
    results: Mapping[str, Outcome],
    baselines: Mapping[str, Sequence[Baseline]],
) -> tuple[str, ...]:
    """Ids of variants whose 95 % interval reaches the task's baseline, or lies on its worse side.

    baselines: by metric. None for tasks without one, and for variants without an interval.

    Answers: has this variant learnt anything that the metric can show?
    Assumes: what the t-interval does; the baseline, a mean over replicates too, is taken as known.
    Misleads: with two or three replicates, whose interval reaches far; and as a sign that a variant
        cannot learn. It did not with these settings, in this time.
    Source: the floor effect, see `bounds.at_bound`; baselines as in `baselines.baselines`.
    """
    groups = baselines.get(compare.metric.split("/")[-1], ())
    least = {variant: each.value for each in groups for variant in each.variants}
    return tuple(v for v in results if v in least and _reaches(compare, results[v], least[v]))


def _reaches(compare: Compare, result: Outcome, least: float) -> bool:
    if result.low is None or result.high is None:
        return False
    return result.low <= least if compare.direction == "maximize" else result.high >= least
