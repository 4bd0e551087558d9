"""Draws `comparisons`: one bar per row, for a narrow column of the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.reports.statistics.comparisons.comparisons import Comparison

WIDTH_PX = 150


@dataclass(frozen=True)
class Bar:
    """Positions in pixels from the left edge; None where there is nothing to draw."""

    zero: float
    point: float | None
    low: float | None
    high: float | None
    zone: tuple[float, float] | None  # ± smallest difference that matters


def draw(rows: Sequence[Comparison], smallest: float | None) -> tuple[Bar, ...]:
    """All bars on one scale, which contains zero and every interval."""
    marks = [x for row in rows for x in (row.difference, *row.shown) if x is not None]
    left, right = min([0.0, *marks]), max([0.0, *marks])
    span = (right - left) or 1.0

    def place(x: float | None) -> float | None:
        return None if x is None else round(4 + (WIDTH_PX - 8) * (x - left) / span, 1)

    zero = place(0.0) or 0.0
    zone = _zone(zero, smallest, (WIDTH_PX - 8) / span)
    return tuple(
        Bar(zero, place(row.difference), place(row.shown[0]), place(row.shown[1]), zone)
        for row in rows
    )


def _zone(zero: float, smallest: float | None, px_per_unit: float) -> tuple[float, float] | None:
    """(left, width), cut at the edges of the column."""
    if smallest is None:
        return None
    half = max(smallest * px_per_unit, 0.75)
    left, right = max(0.0, zero - half), min(float(WIDTH_PX), zero + half)
    return round(left, 1), round(right - left, 1)
