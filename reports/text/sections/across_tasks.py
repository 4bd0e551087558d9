"""Words of the section across tasks."""

from collections.abc import Iterator, Mapping

from orchestrator.reports.statistics.tasks.across_tasks import AcrossTasks
from orchestrator.reports.statistics.tasks.ranks import ALPHA, LEAST_TASKS
from orchestrator.reports.text.captions.tasks.across_tasks import scale_text
from orchestrator.reports.text.names import count_text, describe, p_text

_FEW = 8  # replicates per task, up to which bootstrap intervals are too narrow


def finding(found: AcrossTasks, names: Mapping[str, str]) -> str:
    """names: of factors, by path."""
    best = max(found.contenders, key=lambda each: each.iqm)
    close = [each for each in found.contenders if each is not best and each.high >= best.low]
    tied = f"; the intervals of {count_text(len(close), 'other')} reach into it" if close else ""
    return (
        f"Over {len(found.tasks)} tasks, {describe(best.levels, names)} has the "
        f"highest interquartile mean of the scores: {best.iqm:.2f} "
        f"[{best.low:.2f}, {best.high:.2f}]{tied}. {scale_text(found)}"
    )


def notes(found: AcrossTasks) -> Iterator[str]:
    yield _ranks(found)
    fewest = min(each.n for each in found.contenders) // len(found.tasks)
    if fewest <= _FEW:
        yield f"With {fewest} replicates per task, bootstrap intervals are somewhat too narrow."
    if found.left_out:
        who = count_text(found.left_out, "variant")
        yield f"{who} left out, as some task has no result of theirs."


def _ranks(found: AcrossTasks) -> str:
    result = found.ranks
    if result.p is None or result.critical_difference is None:
        few = (
            f"fewer than {LEAST_TASKS} tasks" if len(found.tasks) < LEAST_TASKS else "two variants"
        )
        return f"Ranks are described, not tested: {few}."
    if result.p > ALPHA:
        return f"Friedman's test finds no difference in ranks (p = {p_text(result.p)})."
    apart = f"mean ranks are more than {result.critical_difference:.2f} apart (Nemenyi)"
    return f"Ranks differ (Friedman, p = {p_text(result.p)}): two variants differ where {apart}."
