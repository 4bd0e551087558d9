"""The columns of a table that differ from row to row; what is the same in all is said once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orchestrator.reports.page.rows.rows import Cell, Row

Title = tuple[str, str, str]  # heading, class of its cells, what it means

KEPT = ("difference", "95 % interval", "p adjusted", "mean")
"""Headings of columns that stay, whatever they hold: they are what the table is read for."""


@dataclass(frozen=True)
class Varying:
    """A table without its constant columns."""

    heads: tuple[str, ...]  # paths of factors
    titles: tuple[Title, ...]
    rows: tuple[Row, ...]
    said: str  # "the same in every row: activation tanh, n 10"; empty where nothing is


def varying(
    heads: Sequence[str],
    names: Mapping[str, str],
    titles: Sequence[Title],
    rows: Sequence[Row],
    before: int = 0,
) -> Varying:
    """heads: path of a factor for each level cell, named by names; titles: one per number cell.

    before: how many of the titles belong to level cells that follow the factors.
    A table of one row keeps all columns.
    """
    named = [*(names[path] for path in heads), *(title for title, _, _ in titles)]
    cells = [(*row.levels, *row.numbers) for row in rows]
    same = [
        len(rows) > 1 and name not in KEPT and len({row[place].text for row in cells}) == 1
        for place, name in enumerate(named)
    ]
    split = len(heads) + before
    said = dict.fromkeys(
        f"{name} {cells[0][place].text}"
        for place, name in enumerate(named)
        if same[place] and cells[0][place].text
    )
    return Varying(
        tuple(path for path, gone in zip(heads, same, strict=False) if not gone),
        tuple(title for title, gone in zip(titles, same[len(heads) :], strict=True) if not gone),
        tuple(
            replace(row, levels=_kept(row.levels, same), numbers=_kept(row.numbers, same[split:]))
            for row in rows
        ),
        f"The same in every row: {', '.join(said)}." if said else "",
    )


def _kept(cells: Sequence[Cell], same: Sequence[bool]) -> tuple[Cell, ...]:
    return tuple(cell for cell, gone in zip(cells, same, strict=False) if not gone)
