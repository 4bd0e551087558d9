"""Analysis of variance → finding, notes and rows of the section."""

from dataclasses import dataclass

from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.page.rows.rows import Cell
from orchestrator.reports.statistics.factorial.analysis import Factorial
from orchestrator.reports.statistics.factorial.anova import Term
from orchestrator.reports.text import names
from orchestrator.reports.text.sections import anova as words


@dataclass(frozen=True)
class TermRow:
    """One row of the table; `percent` is the length of its bar."""

    name: str
    percent: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class AnovaSection:
    """What the section shows."""

    finding: str
    notes: tuple[str, ...]
    caption: str  # of the table
    rows: tuple[TermRow, ...]


def anova_section(view: Scheme, found: Factorial | None) -> AnovaSection | None:
    """None where factors are not crossed, or trials do not vary."""
    if found is None or not found.anova.total:
        return None
    compare = view.plan.compare
    return AnovaSection(
        words.finding(compare, found, view.names),
        tuple(words.notes(compare, found)),
        words.table_caption(compare, found),
        tuple(_row(view, found, term) for term in found.anova.terms),
    )


def _row(view: Scheme, found: Factorial, term: Term) -> TermRow:
    share = None if term.eta2 is None else 100 * term.eta2
    omega = None if term.omega2 is None else 100 * max(term.omega2, 0.0)
    test = "–" if term.f is None else f"{term.f:.1f}" if term.f < 1000 else f"{term.f:.0f}"
    cells = (
        Cell(words.percent_text(share), share),
        Cell(words.percent_text(omega), omega),
        Cell(words.df_text(term), term.df),
        Cell(f"{term.ss:.3g}", term.ss),
        Cell(test, term.f),
        Cell(names.p_text(term.p), term.p),
    )
    return TermRow(words.term_text(found, term, view.names), round(share or 0.0, 1), cells)
