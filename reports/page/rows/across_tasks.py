"""Scores over several tasks as a sentence, notes and rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.tasks.across_tasks import scale_text
from orchestrator.reports.page.rows.rows import Cell
from orchestrator.reports.statistics.tasks.across_tasks import AcrossTasks, Contender
from orchestrator.reports.statistics.tasks.ranks import ALPHA, LEAST_TASKS
from orchestrator.reports.text import names


@dataclass(frozen=True)
class ContenderRow:
    """One row of the table."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Across:
    """What the section says."""

    sentence: str
    tasks: tuple[str, ...]
    rows: tuple[ContenderRow, ...]
    notes: tuple[str, ...]


def across(view: Scheme, found: AcrossTasks | None) -> Across | None:
    """None where the study has one task only."""
    if found is None:
        return None
    rows = [
        ContenderRow(names.describe(each.levels, view.names), _cells(each, rank))
        for each, rank in zip(found.contenders, found.ranks.mean, strict=True)
    ]
    tasks = tuple(names.describe(task, view.names) for task in found.tasks)
    return Across(_sentence(view, found), tasks, tuple(rows), tuple(_notes(found)))


def _cells(each: Contender, rank: float) -> tuple[Cell, ...]:
    return (
        Cell(_score(each.iqm), each.iqm),
        Cell(f"[{_score(each.low)}, {_score(each.high)}]", each.low),
        Cell(f"{rank:.1f}", rank),
        Cell(str(each.n), each.n),
        Cell(str(each.diverged), each.diverged),
        *(Cell(_score(mean), mean) for mean in each.means),
    )


def _score(value: float) -> str:
    return f"{value:.3f}".replace("-", names.MINUS)


def _sentence(view: Scheme, found: AcrossTasks) -> str:
    best = max(found.contenders, key=lambda each: each.iqm)
    close = [each for each in found.contenders if each is not best and each.high >= best.low]
    tied = f"; the intervals of {names.count_text(len(close), 'other')} reach into it" * bool(close)
    return (
        f"Over {len(found.tasks)} tasks, {names.describe(best.levels, view.names)} has the "
        f"highest interquartile mean of the scores: {best.iqm:.2f} "
        f"[{best.low:.2f}, {best.high:.2f}]{tied}. {scale_text(found)}"
    )


def _notes(found: AcrossTasks) -> Iterable[str]:
    yield _ranks_note(found)
    fewest = min(each.n for each in found.contenders) // len(found.tasks)
    if fewest <= 8:
        yield f"With {fewest} replicates a task, bootstrap intervals are somewhat too narrow."
    if found.left_out:
        who = names.count_text(found.left_out, "variant")
        yield f"{who} left out, as some task has no result of theirs."


def _ranks_note(found: AcrossTasks) -> str:
    result = found.ranks
    if result.p is None or result.critical_difference is None:
        few = (
            f"fewer than {LEAST_TASKS} tasks" if len(found.tasks) < LEAST_TASKS else "two variants"
        )
        return f"Ranks are described, not tested: {few}."
    apart = (
        f"differ where mean ranks are more than {result.critical_difference:.2f} apart (Nemenyi)"
    )
    if result.p > ALPHA:
        return f"Friedman's test finds no difference in ranks (p = {names.p_text(result.p)})."
    return f"Ranks differ (Friedman, p = {names.p_text(result.p)}): two variants {apart}."
