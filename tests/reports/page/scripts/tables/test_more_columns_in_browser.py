"""The table of comparisons in Chromium: what it is read for is in sight, the rest by a click."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from orchestrator.reports.build import build_report
from tests.reports.page.browsing import MARKS, Visit
from tests.reports.sample import Factors, Sample, write

pytestmark = MARKS
FACTORS: Factors = {
    "model.activation": ["sigmoid", "tanh", "relu"],
    "model.depth": [1, 2, 4, 8],
    "model.init.scale": [0.5, 1.0, 2.0],
}
LOST = {("activation=tanh, depth=8, scale=2", 0): "diverged"}
WIDTHS = """all => all.map(each => [each.scrollWidth, each.clientWidth])"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 24 comparisons."""
    sample = Sample(study="wide", factors=FACTORS, replicates=6, fates=LOST)
    return build_report(write(tmp_path_factory.mktemp("results"), sample)).path


def test_no_table_scrolls_sideways_and_a_link_shows_all_columns(
    browser: Browser, page: Path
) -> None:
    visit = Visit(browser, page)
    visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    widths = visit.page.locator("main .scroll").evaluate_all(WIDTHS)
    assert len(widths) > 4
    assert all(scrolled <= seen for scrolled, seen in widths)
    heads = visit.page.locator("#comparisons table.sortable th:visible")
    first = heads.all_inner_texts()
    assert first[3:7] == ["verdict", "difference", "95 % interval", "p adjusted"]
    assert "d_z" not in first
    visit.page.get_by_role("button", name="more columns").click()
    assert "d_z" in heads.all_inner_texts()
    again = Visit(browser, page, fragment="#" + visit.page.url.partition("#")[2])
    again.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert "d_z" in again.page.locator("#comparisons th:visible").all_inner_texts()
    assert not visit.wrong + again.wrong
