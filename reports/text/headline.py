"""The first sentences of a report: the answer, why, how many verdicts, and whether to go on."""

from collections import Counter
from collections.abc import Mapping

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.comparisons import (
    VERDICTS,
    Comparisons,
)
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.text.answer import answer
from orchestrator.reports.text.gradient_reason import gradient_reason
from orchestrator.reports.text.improving import improving_sentence
from orchestrator.reports.text.names import (
    count_text,
    interval_text,
    measured_text,
    metric_text,
)
from orchestrator.reports.variants import baseline_text, name_of, names_of


def finding(analysis: Analysis) -> str:
    """The sentences of the first screen, the terminal and the index.

    Answers: the study's question, by what levels reach (`answer`); then how many comparisons have
        which verdict; then whether longer training might change that.
    Assumes: the verdicts of `comparisons`, made on the metric declared before the run.
    Misleads: read alone. It speaks of the context in which levels part most, not of a typical
        one.
    Source: DESIGN's verdicts; the gradient ratio is `Profile.total` at the first probe.
    """
    plan, outcomes, compared = analysis.plan, analysis.outcomes, analysis.comparisons
    so_far = _so_far(plan, outcomes)
    if not any(outcome.n for outcome in outcomes.values()):
        return _nothing(outcomes)
    known = [row for row in compared.rows if row.difference is not None]
    if not known:
        return so_far + _uncompared(plan, outcomes)
    if all(row.stuck for row in compared.rows):
        return so_far + _stuck(plan, compared)
    said = [answer(analysis), gradient_reason(analysis)]
    said += [f"{_verdicts(plan, compared)}."] if len(compared.rows) > 1 else []
    text = " ".join(each for each in said if each) + improving_sentence(analysis, names_of(plan))
    return f"{so_far}{text[0].lower()}{text[1:]}" if so_far else text


def _nothing(outcomes: Mapping[str, Outcome]) -> str:
    counts = _total(outcomes)
    if counts["completed"]:
        return "No trial has a value of the compared metric, so nothing can be said."
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
        f"{name} reaches {measured_text(best.mean, unit)}{interval} "
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
    values = " or ".join(measured_text(end, plan.compare.unit) for end in known)
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
