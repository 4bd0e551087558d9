"""Measured cells → tables and what misses the limits."""

from dataclasses import replace

from benchmarks.calibrated.cells import Cell
from benchmarks.calibrated.kinds import KINDS
from benchmarks.calibrated.page import missed, power_off, text

GOOD = Cell(3, 8, 1000, 0.05, 0.95, 0.96, 0.95, 0.97, 0.02, 0.79, 0.8, None)


def test_a_cell_becomes_a_line_in_percent() -> None:
    page = text(KINDS[:1], {"normal": [GOOD]})
    assert page.startswith("**Normal.** All results are normal")
    assert "| 3 | 8 | 5.0 | 95.0 | 96.0 | 95.0 | 97.0 | 2.0 | 79.0 | 80.0 | 1,000 | 1.4 |" in page
    assert "corrected covers" not in page
    assert "Nothing misses the limits" in page


def test_what_misses_a_limit_by_more_than_the_error_is_named() -> None:
    bad = replace(GOOD, family_error=0.12, coverage=0.9, power=0.5)
    assert list(missed([GOOD, bad])) == [
        "family error up to 12.0 % (in 1 of 2 rows)",
        "one interval covers down to 90.0 % (in 1 of 2 rows)",
    ]
    assert list(power_off([GOOD, bad])) == ["power up to 30 points off (in 1 of 2 rows)"]
    assert "- normal: family error up to 12.0 %" in text(KINDS[:1], {"normal": [GOOD, bad]})


def test_chance_alone_misses_nothing() -> None:
    assert not list(missed([replace(GOOD, family_error=0.07, coverage=0.925)]))
    assert not list(power_off([replace(GOOD, power=0.75)]))
