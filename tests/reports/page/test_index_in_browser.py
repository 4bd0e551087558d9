"""The index of a results folder in headless Chromium: search, order, two studies side by side."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from orchestrator.reports.build import build_report
from tests.reports.page.browsing import MARKS, Visit, wait_until
from tests.reports.sample import Sample, write

pytestmark = MARKS


@pytest.fixture
def two(small: Path) -> Path:
    other = Sample(
        study="other", question="Is it the width?", factors={"model.width": [8, 16]}, baseline={}
    )
    for folder in (write(small.parent, other), small):
        build_report(folder)
    return small.parent / "index.html"


def test_the_index_is_searched_and_sorted(browser: Browser, two: Path) -> None:
    visit = Visit(browser, two)
    names = """[...document.querySelectorAll('.studies li:not([hidden]) .kicker')]
        .map(e => e.textContent.trim().split(' ')[0])"""
    visit.page.select_option("#sort", "study")
    assert visit.page.evaluate(names) == ["other", "small"]
    visit.page.select_option("#sort", "trials")
    assert visit.page.evaluate(names) == ["small", "other"]
    visit.page.fill("#search", "WIDTH it")
    assert visit.page.evaluate(names) == ["other"]
    assert visit.page.locator("#count").text_content() == "1 of 2 studies"
    shown = "[...document.querySelectorAll('.studies img')].every(e => e.naturalWidth === 160)"
    wait_until(visit, lambda: visit.page.evaluate(shown))
    assert not visit.wrong


def test_two_studies_beside_each_other_and_by_their_link(browser: Browser, two: Path) -> None:
    visit = Visit(browser, two)
    for box in visit.page.locator(".studies input").all():
        box.check()
    assert "model.width" in visit.page.locator("#beside table").inner_text()
    link = visit.page.url
    assert link.endswith("beside=small&beside=other") or link.endswith("beside=other&beside=small")
    again = Visit(browser, two)
    again.page.goto(link)
    again.page.reload()
    wait_until(again, lambda: len(again.page.frames) == 3)
    wait_until(again, lambda: all(f.query_selector("h1") for f in again.page.frames[1:]))
    assert not visit.wrong
    assert not again.wrong
