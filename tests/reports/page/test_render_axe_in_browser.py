"""The page as axe-core judges its accessibility."""

from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from orchestrator.reports.build import build_report
from tests.reports.page.browsing import MARKS
from tests.reports.sample import Factors, Sample, write

pytestmark = MARKS
PAGES = ("report.html", "../index.html")


def test_axe_finds_nothing_serious(browser: Browser, tmp_path: Path) -> None:
    """Light and dark, every figure drawn, everything folded opened."""
    factors: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [2, 4]}
    folder = write(tmp_path, Sample(study="s", factors=factors, replicates=3))
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
