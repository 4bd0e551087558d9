"""The tables of docs/statistics.md, and what in them is not as it should be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.calibrated.cells import Cell
from benchmarks.calibrated.kinds import Kind
from benchmarks.tables import table

FAMILY_ERROR, COVERAGE, FALSE_EQUIVALENT, POWER_OFF = 0.055, 0.94, 0.055, 0.03
_SURE = 3  # standard errors of the simulation
Results = Mapping[str, Sequence[Cell]]  # by the name of the kind


@dataclass(frozen=True)
class Column:
    """One number of a cell. worse: by how much a value is beyond what is accepted, if > 0."""

    name: str
    value: Callable[[Cell], float | None]
    worse: Callable[[float], float] | None = None
    situation: int = 2  # the cell's studies over those of this number


COLUMNS = (
    Column("family error", lambda c: c.family_error, lambda x: x - FAMILY_ERROR, 1),
    Column("one interval covers", lambda c: c.coverage, lambda x: COVERAGE - x, 1),
    Column("all cover", lambda c: c.all_cover, lambda x: COVERAGE - x, 1),
    Column("all cover, half real", lambda c: c.all_cover_half),
    Column("the largest covers", lambda c: c.largest_covers, lambda x: COVERAGE - x, 1),
    Column("false equivalent", lambda c: c.false_equivalent, lambda x: x - FALSE_EQUIVALENT),
    Column("one real found", lambda c: c.power),
    Column("`orch plan` says", lambda c: c.printed),
    Column("corrected covers", lambda c: c.corrected),
)


def text(kinds: Sequence[Kind], results: Results) -> str:
    """Every kind with its null and its table, in percent; then what misses the accepted limits."""
    parts = [
        f"**{kind.name[0].upper()}{kind.name[1:]}.** {kind.null}\n\n{_table(results[kind.name])}"
        for kind in kinds
    ]
    return "\n\n".join([*parts, summary(kinds, results)])


def _table(cells: Sequence[Cell]) -> str:
    columns = [each for each in COLUMNS if each.value(cells[0]) is not None]
    rows = [
        {"m": cell.m, "n": cell.n}
        | {each.name: _percent(each.value(cell)) for each in columns}
        | {"studies": cell.studies, "±": f"{100 * 1.96 * _error(0.05, cell.studies):.1f}"}
        for cell in cells
    ]
    return table(rows)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def _error(share: float, studies: int) -> float:
    return float((share * (1 - share) / studies) ** 0.5)


def summary(kinds: Sequence[Kind], results: Results) -> str:
    """One line per kind that misses a limit by more than the simulation's own error."""
    lines = [
        f"- {kind.name}: {'; '.join(found)}"
        for kind in kinds
        for found in [[*missed(results[kind.name]), *power_off(results[kind.name])]]
        if found
    ]
    if not lines:
        return "Nothing misses the limits by more than three standard errors of the simulation."
    head = "Beyond the limits by more than three standard errors of the simulation:"
    return "\n".join([head, "", *lines])


def missed(cells: Sequence[Cell]) -> Iterator[str]:
    """ "family error up to 66.0 % (in 12 of 16 rows)"."""
    for column in COLUMNS:
        if column.worse is None:
            continue
        values = [(column.value(cell) or 0.0, cell) for cell in cells]
        bad = [value for value, cell in values if _is_missed(column, value, cell)]
        if bad:
            worst = max(bad, key=column.worse)
            word = "up to" if column.worse(1.0) > 0 else "down to"
            yield f"{column.name} {word} {100 * worst:.1f} % (in {len(bad)} of {len(cells)} rows)"


def power_off(cells: Sequence[Cell]) -> Iterator[str]:
    """Where printed power is more than 3 points from that of the simulation."""
    far = [abs(cell.power - cell.printed) for cell in cells if _is_off(cell)]
    if far:
        yield f"power up to {100 * max(far):.0f} points off (in {len(far)} of {len(cells)} rows)"


def _is_missed(column: Column, value: float, cell: Cell) -> bool:
    assert column.worse is not None
    limit = FAMILY_ERROR if column.worse(1.0) > 0 else COVERAGE
    return column.worse(value) > _SURE * _error(limit, cell.studies // column.situation)


def _is_off(cell: Cell) -> bool:
    error = _error(cell.printed, cell.studies // 2)
    return abs(cell.power - cell.printed) > POWER_OFF + _SURE * error
