"""Words of the section of comparisons."""

from collections.abc import Mapping

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.text.names import (
    count_text,
    in_unit,
    metric_text,
    zone_text,
)
from orchestrator.reports.variants import baseline_text, is_crossed


def pairing(plan: PlanDocument, names: Mapping[str, str]) -> str:
    """Which variant is compared with which; names: of factors, by path."""
    if is_crossed(plan) and len(plan.compare.baseline) < len(plan.factors):
        inner = ", ".join(names[path] for path in plan.compare.baseline)
        return f"Each variant against the one that differs from it only in {inner}"
    return f"Each variant against {baseline_text(plan)}"


def matrix_caption(plan: PlanDocument) -> str:
    compare = plan.compare
    zone = zone_text(compare.smallest_difference, compare.unit)
    declared = f" Differences within {zone} were declared not to matter."
    return (
        f"{_difference(plan)}, with its 95 % interval; all intervals hold together."
        f"{declared if compare.smallest_difference else ''}"
    )


def table_caption(plan: PlanDocument) -> str:
    zone = "; the grey zone is ± the smallest difference that matters"
    return (
        f"{_difference(plan)}{zone if plan.compare.smallest_difference else ''}"
        "; click a heading to sort"
    )


def _difference(plan: PlanDocument) -> str:
    metric, unit = metric_text(plan.compare.metric), in_unit(plan.compare.unit)
    return f"Difference in {metric}, variant − baseline, {unit}"


def lost_text(counts: Mapping[str, int]) -> str:
    """2 diverged, 1 failed: why a variant has no difference. counts: by status."""
    lost = [f"{counts[word]} {word}" for word in ("diverged", "failed", "missing") if counts[word]]
    return ", ".join(lost) or "no values"


def other_data_text(analysis: Analysis) -> str:
    """Which data the two intervals of a comparison speak of, where replicates are re-split."""
    pools = {task.data.pool for task in analysis.plan.tasks}
    known = pools.pop() if len(pools) == 1 else None
    which = f"{known:,} examples" if known else "pool of examples"
    decided = {r.variant for r in analysis.comparisons.rows if r.verdict in ("better", "worse")}
    judged = [ends for variant, ends in analysis.resplits.items() if variant in decided]
    open_ = sum(low <= 0 <= high for low, high in judged)
    return (
        f"Every replicate takes its test examples from the same {which}, split anew. Verdicts and "
        f"the first interval hold for {'them' if known else 'that pool'}: for other splits and "
        'other seeds. The column "other data" has the interval of each difference for other '
        "examples of this kind, corrected for what the splits share (Nadeau & Bengio 2003); it is "
        "not adjusted for the number of comparisons."
        + (f" It holds 0 in {open_} of {count_text(len(judged), 'decided comparison')}."
           if judged else "")
    )  # fmt: skip


def other_examples_text(analysis: Analysis) -> str:
    """Which test examples the intervals of comparisons hold for; empty where it is not known."""
    found = analysis.other_examples
    if found.intervals:
        return f"{_SAME} {_intervals_text(analysis)}"
    reasons = set(found.without.values())
    if reasons == {"not_stored"} and analysis.plan.compare.metric == "test/loss":
        return _LOSS_NOT_STORED
    return _WITHOUT.get(reasons.pop(), "") if len(reasons) == 1 else ""


_SAME = (
    "The test examples are the same in every replicate: verdicts and the first interval hold for "
    "other seeds on these examples."
)
_WITHOUT = {
    "generated": "Every replicate generates its own test examples, so intervals and verdicts hold "
    "for other examples, too.",
    "not_stored": f"{_SAME} How far other test examples might change a difference is not known, "
    "as the answers to single examples are not stored.",
    "incomplete": f"{_SAME} How far other test examples might change a difference is not known, "
    "as some pairs of trials have no answers in the store.",
    "too_many": f"{_SAME} How far other test examples might change a difference is not computed: "
    "there are more than 100 million answers.",
}  # fmt: skip

_LOSS_NOT_STORED = (
    f"{_SAME} How far other test examples might change a difference is not known, as the loss of "
    "single examples is not stored: keep: {predictions: test} in the study file stores it."
)


def _intervals_text(analysis: Analysis) -> str:
    found = analysis.other_examples.intervals
    decided = {r.variant for r in analysis.comparisons.rows if r.verdict in ("better", "worse")}
    judged = [each for variant, each in found.items() if variant in decided]
    open_ = sum(each.low <= 0 <= each.high for each in judged)
    shares = [100 * each.share for each in found.values()]
    least, most = f"{min(shares):.0f}", f"{max(shares):.0f}"
    part = most if least == most else f"{least} to {most}"
    return (
        'The column "other examples" has the interval of each difference for other seeds and other '
        f"test examples of this kind. The test examples make {part} % of its variance. It is not "
        "adjusted for the number of comparisons."
        + (f" It holds 0 in {open_} of {count_text(len(judged), 'decided comparison')}."
           if judged else "")
    )  # fmt: skip
