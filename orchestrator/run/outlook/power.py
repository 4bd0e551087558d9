"""What difference a study could detect, for a spread that is assumed or was measured before."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.errors import InputError, Problem
from orchestrator.paths import StudyPaths
from orchestrator.plan.document import compared_metric
from orchestrator.plan.power import contrasts
from orchestrator.study.records import Study

FACTORS = (1, 2, 4)  # times the study's replicates


@dataclass(frozen=True, slots=True)
class Detectable:
    """Differences of the metric that are found with a chance of 80 %, by number of replicates.

    That is the chance of one contrast that differs while the others do not.
    """

    spread: float  # sd of paired differences
    source: str  # where it comes from
    differences: dict[int, float]  # replicates → difference; those that can show none are left out
    share_if_all_differ: dict[int, float]  # by as much: replicates → share of contrasts found
    replicates_for_smallest: int | None  # to find the smallest difference that matters


def checked(spread: float | None) -> None:
    """Raises InputError for a spread that cannot be one."""
    if spread is not None and not (spread > 0 and math.isfinite(spread)):
        problem = Problem(
            "--spread", f"{spread:g} is no standard deviation", "a number above 0", "leave it out"
        )
        raise InputError([problem])


def find_detectable(study: Study, folder: StudyPaths, spread: float | None) -> Detectable | None:
    """None where nothing is compared, or nothing is known of the spread."""
    if not contrasts(study):
        return None
    if spread is not None:
        return _detectable(study, spread, "as given by --spread")
    if not folder.table("trials").exists():
        return None  # and pandas and scipy are not needed
    return _measured(study, folder)


def _measured(study: Study, folder: StudyPaths) -> Detectable | None:
    from orchestrator.reports.analysis import compare_trials
    from orchestrator.reports.data.errors import ReportError
    from orchestrator.reports.statistics.comparisons.spread import spread
    from orchestrator.reports.statistics.gradients.compared import read_study_trials

    try:
        plan, trials = read_study_trials(folder.root)
    except ReportError:  # of a version that wrote other plans
        return None
    found = spread(compare_trials(plan, trials).rows)
    if not found or not found.median or plan.compare.metric != study.compare.metric:
        return None
    source = f"median of {found.comparisons} in {folder.root}, n = {found.replicates}"
    return _detectable(study, found.median, source)


def _detectable(study: Study, spread: float, source: str) -> Detectable:
    from orchestrator.reports.statistics.comparisons.power import (
        detectable,
        power_if_all,
        replicates_for,
    )

    m, smallest = contrasts(study), study.compare.smallest_difference
    every = {n: detectable(n, spread, m) for n in (study.replicates * f for f in FACTORS)}
    found = {n: value for n, value in every.items() if value is not None}
    shares = {n: power_if_all(n, value / spread, m) for n, value in found.items()}
    needed = replicates_for(smallest, spread, m) if smallest else None
    return Detectable(spread, source, found, shares, needed)


def lines(study: Study, found: Detectable | None) -> Iterator[str]:
    """The same in words."""
    if found is None:
        yield "Detects: not known before there are results that differ; try --spread SD"
        return
    yield f"Detects: with a spread of {_text(study, found.spread)} ({found.source})"
    for n, difference in found.differences.items():
        chance = f"with a chance of 80 %{_others(contrasts(study), found.share_if_all_differ[n])}"
        yield f"    n = {n}: differences from {_text(study, difference)} on, {chance}"
    if study.compare.smallest_difference:
        yield f"    {_smallest(study, found)}"


def _others(contrasts: int, share: float) -> str:
    """What the chance is a matter of; nothing where there is one contrast."""
    if contrasts == 1:
        return ""
    return f" if only one of {contrasts} contrasts differs ({100 * share:.0f} % of them if all do)"


def _smallest(study: Study, found: Detectable) -> str:
    from orchestrator.reports.statistics.comparisons.power import MOST

    matters = _text(study, study.compare.smallest_difference or 0.0)
    needed = found.replicates_for_smallest
    takes = f"takes {needed} replicates" if needed else f"takes more than {MOST} replicates"
    return f"the smallest difference that matters, {matters}, {takes}"


def _text(study: Study, value: float) -> str:
    from orchestrator.reports.text.names import size_text

    return size_text(value, compared_metric(study).unit)
