"""The markup of the page as html5lib judges it."""

from pathlib import Path
from typing import Any

import html5lib  # type: ignore[import-untyped]
import pytest

from orchestrator.reports.build import build_report
from tests.reports.sample import Factors, Sample, write
from tests.reports.test_build import evil

pytestmark = pytest.mark.slow  # whole analyses and pages

PAGES = ("report.html", "../index.html")


def errors(page: Path) -> list[Any]:
    parser = html5lib.HTMLParser()
    parser.parse(page.read_text())
    return list(parser.errors)


@pytest.mark.parametrize("kind", ["full", "memory", "hostile", "failed", "nothing trained"])
def test_the_markup_has_no_error(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    factors: Factors = {"model.activation": ["sigmoid", "tanh"]}
    if kind in ("full", "memory"):
        folder = request.getfixturevalue(kind)
    elif kind == "hostile":
        folder = evil(tmp_path)
    else:
        fate = "failed" if kind == "failed" else "missing"
        folder = write(tmp_path, Sample(study="s", factors=factors, replicates=3, every_fate=fate))
    build_report(folder)
    for name in PAGES:
        assert errors(folder / name) == []
