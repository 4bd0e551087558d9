"""The page as others judge it: html5lib on the markup, axe-core on accessibility."""

from pathlib import Path
from typing import Any, Literal

import html5lib  # type: ignore[import-untyped]
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

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


@pytest.mark.browser
def test_axe_finds_nothing_serious(browser: Browser, tmp_path: Path) -> None:
    """Light and dark, every figure drawn, everything folded opened."""
    factors: Factors = {
        "model.activation": ["sigmoid", "tanh", "relu"],
        "model.depth": [2, 4],
    }
    folder = write(tmp_path, Sample(study="s", factors=factors, replicates=4))
    build_report(folder)
    for name in PAGES:
        page = browser.new_context(bypass_csp=True).new_page()
        page.goto((folder / name).as_uri())
        open_all(page)
        assert serious(page, "light") + serious(page, "dark") == []


def serious(page: Page, scheme: Literal["light", "dark"]) -> list[tuple[str, str, str]]:
    """Rules that are violated, with the first element of each."""
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    bad = [each for each in found if each["impact"] in ("serious", "critical")]
    return [(scheme, each["id"], each["nodes"][0]["html"][:200]) for each in bad]


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for figure in page.query_selector_all(".figure"):
        figure.scroll_into_view_if_needed()
        figure.wait_for_selector(".panel:last-child .main-svg")
