"""Words of the section of results."""

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.sampling import no_share_of_answers


def sampling_text(analysis: Analysis) -> str:
    """What the size of the test set alone leaves uncertain; where that is not known, why.

    Nothing while no trial has a final value.
    """
    found = analysis.sampling.values()
    if not any(outcome.n for outcome in analysis.outcomes.values()):
        return ""
    if not found:
        unknown = "the number of test answers is not stored"
        why = no_share_of_answers(analysis.plan.compare) or unknown
        return (
            f"What the finite test set alone leaves uncertain is not known here: {why}. The "
            "intervals are over seeds; on another test set all of these numbers may shift."
        )
    sizes = sorted({each.answers for each in found})
    answers = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"
    least, most = (f(100 * each.half for each in found) for f in (min, max))
    half = f"{most:.1f}" if round(least, 1) == round(most, 1) else f"{least:.1f} to {most:.1f}"
    return (
        f"The test set of {answers} answers alone makes ±{half} points, however many seeds run. "
        "All variants of a replicate share it, so that it largely cancels in paired differences; "
        "where every replicate draws its own, the spread over seeds holds a part of it already."
    )
