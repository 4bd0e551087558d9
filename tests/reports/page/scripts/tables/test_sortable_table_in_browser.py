"""Studies of many variants in Chromium: long tables turn pages, hundreds of dots are one path."""

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

from orchestrator.reports.build import build_report
from tests.reports.page.browsing import MARKS, PHONE, Visit, wait_until
from tests.reports.sample import Factors, Sample, write

pytestmark = MARKS
FACTORS: Factors = {
    "model.activation": ["sigmoid", "tanh"],
    "model.width": list(range(60)),
}
MEANS = "all => all.map(row => Number(row.cells[2].dataset.sort))"


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of 120 variants."""
    sample = Sample(study="wide", factors=FACTORS, replicates=3, probes=False)
    return build_report(write(tmp_path_factory.mktemp("results"), sample)).path


@pytest.fixture(scope="module")
def report(wide: Path) -> Path:
    """What `visit` opens."""
    return wide


def test_a_long_table_turns_pages_and_is_sorted_as_a_whole(visit: Visit, wide: Path) -> None:
    rows = visit.page.locator("#results table.sortable tbody tr")
    pager = visit.page.locator("#results .pager").first
    assert rows.count() == 100
    assert "360 of 360" in visit.page.locator(".evidence").inner_text()
    assert pager.inner_text().startswith("rows 1 to 100 of 120")
    assert visit.page.locator("tfoot").count() == 0  # that speaks to readers without JavaScript
    visit.page.locator("#results th button", has_text="mean").click()
    wait_until(visit, lambda: visit.page.locator("#results [aria-sort]").count() == 1)
    seen = rows.evaluate_all(MEANS)
    pager.get_by_role("button", name="next").press("Enter")
    wait_until(visit, lambda: rows.count() == 20)
    seen += rows.evaluate_all(MEANS)
    trials = pd.read_parquet(wide.parent / "trials.parquet")
    means = trials.groupby("variant_id")["final.test/accuracy"].mean()
    assert seen == pytest.approx(sorted(means))
    assert not visit.wrong


def test_chips_choose_among_all_rows_of_a_long_table(visit: Visit) -> None:
    rows = visit.page.locator("#results table.sortable tbody tr")
    chips = visit.page.get_by_role("group", name="levels of activation")
    chips.get_by_role("button", name="sigmoid", exact=True).click()
    wait_until(visit, lambda: rows.count() == 60)
    assert visit.page.locator("#results .pager").count() == 0
    assert {*rows.evaluate_all("all => all.map(row => row.cells[0].innerText.trim())")} == {"tanh"}
    visit.page.get_by_role("button", name="all", exact=True).click()
    assert rows.count() == 100
    assert not visit.wrong


def test_without_javascript_a_long_table_says_what_it_leaves_out(
    browser: Browser, wide: Path
) -> None:
    page = browser.new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(wide.as_uri())
    said = page.locator("#results tfoot").inner_text()
    assert said.startswith("20 more rows are shown by JavaScript")
    assert page.locator("#results tbody tr").count() == 100


def test_a_dot_among_hundreds_is_hovered_over_and_opens_its_card(visit: Visit, wide: Path) -> None:
    """360 dots of two colours are two paths."""
    visit.draw("outcomes")
    assert visit.page.locator("#figure-outcomes .shapelayer path[style*='width: 5px']").count() == 2
    assert visit.page.locator("#figure-outcomes .trace .point").count() == 120  # the means
    place = visit.page.evaluate(
        """() => {
            const plot = document.querySelector('#figure-outcomes .plot');
            const { _fullLayout: { xaxis, yaxis }, data } = plot;
            const dots = data.find(trace => trace.name === 'replicates');
            const box = plot.getBoundingClientRect();
            const i = dots.y.indexOf(Math.max(...dots.y));
            return { x: box.left + xaxis._offset + xaxis.c2p(dots.x[i]), said: dots.customdata[i],
                     y: box.top + yaxis._offset + yaxis.c2p(dots.y[i]) };
        }"""
    )
    visit.page.mouse.move(place["x"], place["y"])
    hover = visit.page.locator("#figure-outcomes .hoverlayer")
    wait_until(visit, lambda: "click: its card" in (hover.text_content() or ""))
    visit.page.mouse.click(place["x"], place["y"])
    visit.page.locator("#card h2").wait_for()
    replicate, variant = place["said"]
    assert visit.page.locator("#card h2").inner_text() == f"{variant}, replicate {replicate}"
    assert not visit.wrong
