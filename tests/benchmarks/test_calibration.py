"""The small form of `make calibration`, and its place in docs/statistics.md."""

import re
from dataclasses import replace
from typing import Any

import pytest

from benchmarks import calibration
from benchmarks.calibrated.cells import Cell, measure
from benchmarks.calibrated.kinds import KINDS, Kind
from benchmarks.calibrated.page import COLUMNS

NORMAL, TIED, RESPLIT = (
    next(kind for kind in KINDS if kind.name == name) for name in ("normal", "tied", "re-split")
)
SURE = 3  # standard errors


def error(share: float, studies: int) -> float:
    return float(SURE * (share * (1 - share) / studies) ** 0.5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "m", "n", "studies"),
    [(NORMAL, 1, 8, 400), (NORMAL, 3, 6, 240), (NORMAL, 12, 8, 100), (TIED, 3, 6, 200)],
)
def test_what_a_report_says_is_as_often_wrong_as_it_claims(
    kind: Kind, m: int, n: int, studies: int
) -> None:
    cell = measure(kind, m, n, studies)
    assert cell.family_error <= 0.055 + error(0.05, studies)
    assert cell.coverage >= 0.94 - error(0.05, studies)
    assert cell.all_cover >= 0.94 - error(0.05, studies)
    assert cell.largest_covers >= 0.94 - error(0.05, studies)
    assert cell.all_cover_half >= 0.92 - error(0.05, studies // 2)
    assert cell.false_equivalent <= 0.055 + error(0.05, studies // 2)
    if kind is NORMAL:
        assert abs(cell.power - cell.printed) <= 0.03 + error(0.8, studies // 2)


@pytest.mark.slow
def test_re_split_data_need_the_corrected_interval() -> None:
    cell = measure(RESPLIT, 1, 10, 200)
    assert cell.family_error > 0.1
    assert cell.corrected is not None
    assert cell.corrected >= 0.95 - error(0.05, 200)


def tables() -> dict[str, list[dict[str, str]]]:
    """Rows of the tables of the page, by kind."""
    page = calibration.PAGE.read_text()
    section = page.partition("<!-- calibration -->")[2].partition("<!-- end -->")[0]
    found: dict[str, list[dict[str, str]]] = {}
    for name, block in re.findall(r"\*\*(.+?)\.\*\* (.*?)(?=\n\*\*|\Z)", section, re.DOTALL):
        lines = [line.strip("| ") for line in block.splitlines() if line.startswith("|")]
        head, _, *rows = [re.split(r" *\| *", line) for line in lines]
        found[name.lower()] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


def test_the_page_has_the_rows_and_columns_that_the_command_writes() -> None:
    found = tables()
    assert list(found) == [kind.name for kind in KINDS]
    written = [
        (place, int(row["m"]), int(row["n"]), int(row["studies"].replace(",", "")))
        for place, kind in enumerate(KINDS)
        for row in found[kind.name]
    ]
    assert written == calibration.rows()
    for kind in KINDS:
        names = [column.name for column in COLUMNS]
        columns = names if kind.ratio is not None else names[:-1]
        assert list(found[kind.name][0]) == ["m", "n", *columns, "studies", "±"]


def test_the_page_explains_every_column() -> None:
    page = calibration.PAGE.read_text()
    for column in COLUMNS:
        assert f"| {column.name} | " in page.partition("<!-- calibration -->")[0]


@pytest.mark.parametrize(
    ("kind", "changes", "wrong"),
    [
        (NORMAL, {}, False),
        (NORMAL, {"family_error": 0.12}, True),
        (NORMAL, {"power": 0.6}, True),
        (TIED, {"power": 0.9}, False),
        (RESPLIT, {"family_error": 0.3}, False),
    ],
)
def test_only_data_that_it_is_made_for_can_fail_it(
    kind: Kind, changes: dict[str, Any], wrong: bool
) -> None:
    cell = Cell(3, 8, 1000, 0.05, 0.95, 0.96, 0.95, 0.97, 0.02, 0.79, 0.8, None)
    assert calibration.is_wrong(kind, [replace(cell, **changes)]) is wrong
