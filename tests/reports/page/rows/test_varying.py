"""Columns that differ from row to row, and what is said of the others."""

from orchestrator.reports.page.rows.rows import Cell, Row
from orchestrator.reports.page.rows.varying import Title, varying

HEADS = ("model.activation", "model.depth")
NAMES = {"model.activation": "activation", "model.depth": "depth"}
TITLES: tuple[Title, ...] = (("difference", "number", ""), ("n", "number", ""), ("sd", "", ""))


def row(depth: int, difference: str, n: str, sd: str) -> Row:
    levels = (Cell("tanh"), Cell(str(depth)))
    return Row(levels, (Cell(difference), Cell(n), Cell(sd)), variant=depth)


def test_a_constant_column_is_said_once_and_left_out() -> None:
    found = varying(HEADS, NAMES, TITLES, [row(1, "+1", "10", "2"), row(2, "+3", "10", "4")])
    assert found.heads == ("model.depth",)
    assert [title for title, _, _ in found.titles] == ["difference", "sd"]
    assert [[cell.text for cell in each.levels] for each in found.rows] == [["1"], ["2"]]
    assert [[c.text for c in each.numbers] for each in found.rows] == [["+1", "2"], ["+3", "4"]]
    assert [each.variant for each in found.rows] == [1, 2]
    assert found.said == "The same in every row: activation tanh, n 10."


def test_the_columns_that_a_table_is_read_for_stay() -> None:
    found = varying(HEADS, NAMES, TITLES, [row(1, "+1", "10", "2"), row(2, "+1", "9", "4")])
    assert [title for title, _, _ in found.titles] == ["difference", "n", "sd"]


def test_a_table_of_one_row_keeps_all_and_an_empty_column_is_not_said() -> None:
    one = varying(HEADS, NAMES, TITLES, [row(1, "+1", "10", "")])
    assert (one.heads, one.titles, one.said) == (HEADS, TITLES, "")
    two = varying(HEADS, NAMES, TITLES, [row(1, "+1", "9", ""), row(2, "+1", "8", "")])
    assert len(two.titles) == 2
    assert two.said == "The same in every row: activation tanh."


def test_titles_before_the_numbers_belong_to_level_cells() -> None:
    titles: tuple[Title, ...] = (("layer", "", ""), *TITLES)
    rows = [
        Row((Cell("tanh"), Cell(str(depth)), Cell("1")), (Cell("+1"), Cell(str(depth)), Cell("s")))
        for depth in (1, 2)
    ]
    found = varying(HEADS, NAMES, titles, rows, before=1)
    assert [title for title, _, _ in found.titles] == ["difference", "n"]
    assert [[cell.text for cell in each.levels] for each in found.rows] == [["1"], ["2"]]
    assert found.said == "The same in every row: activation tanh, layer 1, sd s."
