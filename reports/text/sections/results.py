"""Words of the section of results."""

from orchestrator.plan_document import Compare, PlanDocument
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.sampling import no_share_of_answers
from orchestrator.reports.statistics.outcomes.failures import divergence_text
from orchestrator.reports.text.captions.outcomes.outcomes import unit_text
from orchestrator.reports.text.names import final_title


def table_caption(compare: Compare) -> str:
    metric = f"{final_title(compare.metric)}{unit_text(compare.unit)}"
    return f"{metric} of every variant; click a heading to sort"


def diverged_text(plan: PlanDocument) -> str:
    """What the number of diverged trials counts."""
    return f"trials in which {divergence_text(plan)}; comparisons count them, see Methods"


def sampling_text(analysis: Analysis) -> str:
    """What the size of the test set alone leaves uncertain; where that is not known, why.

    Nothing while no trial has a final value, and nothing of trials that are the user's own: what
    their metrics are made of is not known.
    """
    found = analysis.sampling.values()
    if analysis.plan.is_own or not any(each.n for each in analysis.outcomes.values()):
        return ""
    if not found:
        why = _why_unknown(analysis.plan.compare)
        return (
            f"What the finite test set alone leaves uncertain is not known here: {why}. The "
            "intervals are over seeds; on another test set all of these numbers may shift"
            f"{_differences_known(analysis)}."
        )
    sizes = sorted({each.answers for each in found})
    answers = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"
    least, most = (f(100 * each.half for each in found) for f in (min, max))
    half = f"{most:.1f}" if round(least, 1) == round(most, 1) else f"{least:.1f} to {most:.1f}"
    return (
        f"The test set of {answers} answers alone makes ±{half} points, however many seeds run. "
        "In a paired difference it does not cancel: its variance there is (disagreement - d²) / n, "
        "with the share of answers on which the two variants differ. Where every replicate draws "
        "its own test set, the spread over seeds includes it; where the test set is fixed, no "
        "replicate shows it, and the intervals are for other seeds on these examples only"
        f"{_but(analysis)}."
    )


def _but(analysis: Analysis) -> str:
    return ', except for "other examples" below' if analysis.other_examples.intervals else ""


def _differences_known(analysis: Analysis) -> str:
    if not analysis.other_examples.intervals:
        return ""
    return '. Of differences it is known: "other examples" below'


def _why_unknown(compare: Compare) -> str:
    split, name = compare.metric.split("/")
    match no_share_of_answers(compare):
        case "other_split":
            return f"{split} examples are not the test set"
        case "solved":
            return "a trial is solved or not, whatever the size of the test set"
        case "other_unit":
            return f"{name} is no share of right answers"
        case None:
            return "the number of test answers is not stored"
