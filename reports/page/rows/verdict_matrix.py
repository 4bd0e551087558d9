"""Comparisons at a glance: contexts down, compared levels across, a verdict in each cell."""

from dataclasses import dataclass

from orchestrator.plan_document import Level, Variant
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.palette import Look, look
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.text import names
from orchestrator.reports.variants import is_crossed, level_of

MOST_COLUMNS = 6


@dataclass(frozen=True)
class Column:
    """One level (or combination) that is compared with the baseline."""

    text: str
    look: Look | None


@dataclass(frozen=True)
class MatrixRow:
    """One context: the factors that a comparison keeps equal."""

    levels: tuple[str, ...]
    cells: tuple[Comparison | None, ...]  # None where the study has no such variant


@dataclass(frozen=True)
class VerdictMatrix:
    """A table with `heads` for the context and `columns` for what is compared."""

    heads: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[MatrixRow, ...]


Key = tuple[Level, ...]


def verdict_matrix(view: Scheme, analysis: Analysis) -> VerdictMatrix | None:
    """None where one table of all comparisons is as short, or the matrix would be too wide."""
    if not is_crossed(view.plan):
        return None
    found = {row.variant: row for row in analysis.comparisons.rows}
    compared = [v for v in view.plan.variants if v.variant_id in found]
    inner = [path for path in view.plan.factors if path in view.plan.compare.baseline]
    outer = _context(view)
    across = {_key(v, inner): v for v in reversed(compared)}
    columns = [key for key in dict.fromkeys(_key(v, inner) for v in compared)]
    cells = {(_key(v, outer), _key(v, inner)): found[v.variant_id] for v in compared}
    contexts = _contexts(view, compared, outer)
    if not outer or len(contexts) < 2 or len(columns) > MOST_COLUMNS:
        return None
    return VerdictMatrix(
        tuple(view.names[path] for path in outer),
        tuple(_column(view, across[key], inner) for key in columns),
        tuple(
            MatrixRow(
                tuple(names.level_text(level) for level in context),
                tuple(cells.get((context, key)) for key in columns),
            )
            for context in contexts
        ),
    )


def _context(view: Scheme) -> list[str]:
    """Factors kept equal, those that make panels first, x last."""
    roles = view.roles
    order = (*roles.rest, roles.rows, roles.columns, roles.x, roles.colour)
    return [path for path in order if path and path not in view.plan.compare.baseline]


def _contexts(view: Scheme, compared: list[Variant], outer: list[str]) -> list[Key]:
    """In the order of the study's levels."""
    place = {_key(v, outer): [view.place(path, v) for path in outer] for v in compared}
    return sorted(place, key=lambda key: place[key])


def _key(variant: Variant, paths: list[str]) -> Key:
    return tuple(level_of(variant, path) for path in paths)


def _column(view: Scheme, variant: Variant, inner: list[str]) -> Column:
    text = names.describe(
        {path: variant.levels[path] for path in inner if path in variant.levels}, view.names
    )
    coloured = view.roles.colour in inner
    return Column(text, look(view.colour(variant)) if coloured else None)
