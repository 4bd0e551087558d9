"""After how many epochs a variant solves its task, counting the trials that never do."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.statistics.outcomes.kaplan_meier import (
    KaplanMeier,
    Median,
    kaplan_meier,
    median,
)
from orchestrator.reports.statistics.outcomes.solve_times import SolveTimes


@dataclass(frozen=True)
class TimeToSolve:
    """One variant; times in epochs."""

    variant_id: str
    n: int  # trials that completed or diverged
    solved: int  # reached the threshold at any epoch
    diverged: int  # and had not solved the task before
    stopped: int  # ended unsolved before the last epoch of the study
    last: int  # epoch to which the variant was watched
    curve: KaplanMeier
    median: Median


def time_to_solve(found: Mapping[str, SolveTimes]) -> dict[str, TimeToSolve]:
    """variant_id → TimeToSolve, in the order given.

    Answers: how fast does a variant solve its task, and how many of its trials never do?
    Assumes: what `kaplan_meier` assumes of trials that stopped early. One that diverged will never
        solve it, so it stays among the unsolved to the end; failed and missing ones do not count.
    Misleads: in what "solved" means: first reached. A trial may lose it again, so that the share at
        the end can be larger than that of `solved`, which looks at the last epoch. Times are as
        coarse as the evaluations: once an epoch. Equal epochs are not equal compute.
    Source: Kaplan & Meier 1958.
    """
    return {name: _of(name, each) for name, each in found.items()}


def _of(variant_id: str, found: SolveTimes) -> TimeToSolve:
    reached, times = found.reached, found.times
    curve = kaplan_meier(times, reached)
    stopped = int((~reached & (times < found.last)).sum())
    return TimeToSolve(
        variant_id, times.size, int(reached.sum()), int(found.diverged.sum()), stopped, found.last,
        curve, median(curve),
    )  # fmt: skip
