"""Words of the figure of `time_to_solve`."""

from collections.abc import Collection

from orchestrator.reports.statistics.outcomes.time_to_solve import TimeToSolve
from orchestrator.reports.text.names import count_text
from orchestrator.reports.text.phrases import range_text

TITLE = "Share of trials that have solved the task, by epoch"


def caption(found: Collection[TimeToSolve]) -> str:
    diverged = sum(each.diverged for each in found)
    stopped = sum(each.stopped for each in found)
    lost = f" Diverged, so never solved: {count_text(diverged, 'trial')}."
    censored = (
        " Stopped early unsolved, and no longer watched from then on (censored): "
        f"{count_text(stopped, 'trial')}."
    )
    return (
        f"Kaplan–Meier estimate over replicates (n = {range_text(each.n for each in found)} per "
        "variant): each step up is an epoch at which trials first reached the threshold. Band: "
        "95 % interval from Greenwood's variance on the log(−log) scale."
        f"{lost if diverged else ''}{censored if stopped else ''}"
    )
