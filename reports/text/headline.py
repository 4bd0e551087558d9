"""One honest sentence: the verdicts, the largest effect, and what the gradient did there."""

from collections import Counter
from collections.abc import Mapping, Sequence

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.comparisons import (
    VERDICTS,
    Comparison,
    Comparisons,
)
from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.text.improving import improving_sentence
from orchestrator.reports.text.names import (
    count_text,
    difference_text,
    difference_unit,
    factor_text,
    interval_text,
    metric_text,
    value_text,
)
from orchestrator.reports.variants import baseline_text, contrast_text, name_of, names_of


def finding(analysis: Analysis) -> str:
    """The sentence of the first screen, the terminal and the index.

    Answers: the study's question, as far as its verdicts go.
    Assumes: the verdicts of `comparisons`, made on the metric declared before the run.
    Misleads: read alone. It names the largest effect, not the typical one.
    Source: DESIGN's verdicts; the gradient ratio is `Profile.total` at the first probe.
    """
    plan, outcomes, compared = analysis.plan, analysis.outcomes, analysis.comparisons
    if not any(outcome.n for outcome in outcomes.values()):
        return _nothing(outcomes)
    if not any(row.difference is not None for row in compared.rows):
        return _uncompared(plan, outcomes)
    if all(row.stuck for row in compared.rows):
        return f"{_so_far(plan, outcomes)}{_stuck(plan, compared)}"
    said = f"{_verdicts(plan, compared)}. {_largest(plan, compared, analysis.profiles)}."
    return _so_far(plan, outcomes) + said + improving_sentence(analysis, names_of(plan))


def _nothing(outcomes: Mapping[str, Outcome]) -> str:
    counts = _total(outcomes)
    gone = [f"{counts[word]} {word}" for word in ("failed", "diverged", "missing") if counts[word]]
    return f"No trial was completed ({', '.join(gone)}), so nothing can be said."


def _total(outcomes: Mapping[str, Outcome]) -> Counter[str]:
    return sum((Counter(outcome.counts) for outcome in outcomes.values()), Counter())


def _uncompared(plan: PlanDocument, outcomes: Mapping[str, Outcome]) -> str:
    """Without any comparison: the best variant, as a description."""
    sign = 1 if plan.compare.direction == "maximize" else -1
    done = [outcome for outcome in outcomes.values() if outcome.mean is not None]
    best = max(done, key=lambda outcome: sign * (outcome.mean or 0.0))
    unit = plan.compare.unit
    name = name_of(plan, best.variant_id)
    interval = f" {interval_text(best.low, best.high, unit)}" if best.low is not None else ""
    return (
        f"{_so_far(plan, outcomes)}{name} reaches {value_text(best.mean, unit)}{interval} "
        f"{metric_text(plan.compare.metric)} over {count_text(best.n, 'replicate')}; "
        "there is nothing to compare it with."
    )


def _so_far(plan: PlanDocument, outcomes: Mapping[str, Outcome]) -> str:
    missing, total = _total(outcomes)["missing"], plan.replications
    return f"So far, with {total - missing} of {total} trials: " if missing else ""


def _stuck(plan: PlanDocument, compared: Comparisons) -> str:
    """Where no comparison could have shown anything."""
    ends = {row.bound for row in compared.rows}
    known = sorted(end for end in ends if end is not None)
    values = " or ".join(value_text(end, plan.compare.unit) for end in known)
    return (
        f"Undecided, as no difference can show: in {_family(plan, compared)} every replicate of "
        f"both variants lies at the metric's bound, {values}."
    )


def _family(plan: PlanDocument, compared: Comparisons) -> str:
    metric, total = metric_text(plan.compare.metric), len(compared.rows)
    return f"{count_text(total, 'comparison')} with {baseline_text(plan)} in {metric}"


def _verdicts(plan: PlanDocument, compared: Comparisons) -> str:
    counts = Counter(row.verdict for row in compared.rows)
    family = _family(plan, compared)
    stuck = sum(row.stuck for row in compared.rows)
    where = f" ({stuck} of them at the metric's bound, where none can show)" if stuck else ""
    if counts["undecided"] == len(compared.rows):
        return f"Undecided: of {family} none shows a difference beyond chance{where}"
    listed = ", ".join(f"{counts[word]} {word}" for word in VERDICTS if counts[word])
    return f"Of {family}: {listed}{where}"


def _largest(plan: PlanDocument, compared: Comparisons, profiles: Sequence[Profile]) -> str:
    row = largest(compared.rows)
    unit, (what, context) = plan.compare.unit, contrast_text(plan, row.variant)
    where = f" at {context}" if context else ""
    interval = interval_text(*row.shown, unit, signed=True)
    size = f"{difference_text(row.difference, unit)} {difference_unit(unit)} {interval}"
    return f"The largest difference: {what}{where}, {size}{_gradient(plan, row, profiles)}"


def largest(rows: Sequence[Comparison]) -> Comparison:
    """The largest difference among those decided; if none is, among all."""
    known = [row for row in rows if row.difference is not None]
    decided = [row for row in known if row.verdict in ("better", "worse")]
    return max(decided or known, key=lambda row: abs(row.difference or 0.0))


def _gradient(plan: PlanDocument, row: Comparison, profiles: Sequence[Profile]) -> str:
    """What is left of the gradient at the first hidden layer, before training, in both variants."""
    deltas = [p for p in profiles if p.quantity == "delta" and p.total is not None]
    if not deltas:
        return ""
    start = min(profile.epoch for profile in deltas)
    left = {p.variant_id: p.total.value for p in deltas if p.epoch == start and p.total}
    if row.variant not in left or row.baseline not in left:
        return ""
    own, base = factor_text(left[row.variant]), factor_text(left[row.baseline])
    return (
        f", where before training the first hidden layer gets {own} times the last one's gradient "
        f"({baseline_text(plan)}: {base} times)"
    )
