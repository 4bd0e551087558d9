"""Scores over several tasks → finding, notes and rows of the section."""

from dataclasses import dataclass

from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.page.rows.rows import Cell
from orchestrator.reports.statistics.tasks.across_tasks import AcrossTasks, Contender
from orchestrator.reports.text import names
from orchestrator.reports.text.sections import across_tasks as words


@dataclass(frozen=True)
class ContenderRow:
    """One row of the table."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class AcrossTasksSection:
    """What the section shows; `tasks` are the heads of its last columns."""

    finding: str
    tasks: tuple[str, ...]
    rows: tuple[ContenderRow, ...]
    notes: tuple[str, ...]


def across_tasks_section(view: Scheme, found: AcrossTasks | None) -> AcrossTasksSection | None:
    """None where the study has one task only."""
    if found is None:
        return None
    rows = [
        ContenderRow(names.describe(each.levels, view.names), _cells(each, rank))
        for each, rank in zip(found.contenders, found.ranks.mean, strict=True)
    ]
    tasks = tuple(names.describe(task, view.names) for task in found.tasks)
    finding, notes = words.finding(found, view.names), tuple(words.notes(found))
    return AcrossTasksSection(finding, tasks, tuple(rows), notes)


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
