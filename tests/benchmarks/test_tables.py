"""From JSON to the page."""

import json
from pathlib import Path

import pytest

from benchmarks import tables

DOCUMENT = {
    "benchmark": "speed",
    "rows": [{"trials": 1000, "orch_s": 1.5}, {"trials": 2, "extrapolated": True}],
    "rounds": [{"orch": 1.4}],
}
PAGE = "before\n<!-- speed -->\nold\n<!-- end -->\nafter\n<!-- other -->\nkept\n<!-- end -->\n"


def test_a_table_takes_its_place_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, measured = tmp_path / "page.md", tmp_path / "measured"
    measured.mkdir()
    page.write_text(PAGE)
    (measured / "speed.json").write_text(json.dumps(DOCUMENT))
    monkeypatch.setattr(tables, "PAGE", page)
    monkeypatch.setattr("sys.argv", ["tables", str(measured)])
    tables.main()
    assert page.read_text() == (
        "before\n<!-- speed -->\n\nbenchmark: speed.\n\n"
        "| trials | orch s | extrapolated |\n| --- | --- | --- |\n"
        "| 1,000 | 1.5 |  |\n| 2 |  | ✓ |\n\n"
        "<!-- end -->\nafter\n<!-- other -->\nkept\n<!-- end -->\n"
    )
    again = page.read_text()
    tables.main()
    assert page.read_text() == again


def test_a_benchmark_without_a_place_is_an_error() -> None:
    with pytest.raises(LookupError, match="no place for unknown"):
        tables.filled(PAGE, "unknown", "text")


def test_the_page_has_a_place_for_every_benchmark_of_make_bench() -> None:
    root = tables.PAGE.parents[1]
    makefile = (root / "Makefile").read_text()
    names = makefile.partition("BENCHMARKS = ")[2].partition("\n")[0].split()
    assert set(names) >= {"training", "scale", "run"}
    for name in names:
        tables.filled(tables.PAGE.read_text(), name, "")
