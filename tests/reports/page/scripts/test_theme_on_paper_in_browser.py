"""What a browser prints: figures as wide as paper, in the colours of a light page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.reports.page.browsing import MARKS, Visit, clashes

pytestmark = MARKS
PAPER_PX = 186 / 25.4 * 96  # A4 less the margins of the page
PLOTS = """() => [...document.querySelectorAll('.figure .plot')].map(plot => {
    const { left, right } = plot.getBoundingClientRect();
    const ink = plot.querySelector('.xtick text, .ytick text');
    const drawn = plot.querySelector('.main-svg').clientWidth;
    return [left, right, drawn, ink && getComputedStyle(ink).fill];
})"""


def printed(visit: Visit) -> Any:
    """(left, right, width of the drawing, ink) of every plot when paper is laid out."""
    visit.page.wait_for_selector("html[data-inflated]", state="attached")
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    return visit.page.evaluate(PLOTS)


def check_places(visit: Visit, plots: Any) -> None:
    """plots: what is printed. Each fills its place, whatever the window."""
    assert all(abs(drawn - (right - left)) < 2 for left, right, drawn, _ in plots)
    assert clashes(visit) == []
    edge = visit.page.locator("main .panels").first.bounding_box()
    assert edge is not None
    assert max(right for _, right, *_ in plots[1:]) <= edge["x"] + PAPER_PX + 1


def test_plots_fill_their_places_on_paper_from_a_narrow_window(
    browser: Browser, small_report: Path
) -> None:
    visit = Visit(browser, small_report, size={"width": 390, "height": 800})
    visit.page.wait_for_selector(".main-svg")  # some are drawn for the window
    check_places(visit, printed(visit))


def test_a_wide_dark_page_is_printed_with_dark_ink_and_dark_again_after(
    browser: Browser, small_report: Path
) -> None:
    visit = Visit(browser, small_report, scheme="dark", size={"width": 1280, "height": 800})
    visit.page.wait_for_selector(".main-svg .xtick text")
    light = "getComputedStyle(document.querySelector('.xtick text')).fill"
    before = visit.page.evaluate(light)
    plots = printed(visit)
    check_places(visit, plots)
    assert {ink for *_, ink in plots} <= {"rgb(27, 31, 36)", None}
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    visit.page.wait_for_selector(".main-svg .xtick text")
    assert visit.page.evaluate(light) == before == "rgb(230, 233, 237)"
    assert not visit.wrong
