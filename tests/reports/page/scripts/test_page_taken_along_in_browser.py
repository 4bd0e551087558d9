"""What a reader takes along from an opened page: tables as CSV, and the page on paper."""

import csv
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.reports.page.browsing import MARKS, Visit
from tests.reports.page.scripts.filters.chips import chip

pytestmark = MARKS


@pytest.fixture(scope="module")
def visit(chromium: Browser, memory_report: Path) -> Any:
    opened = Visit(chromium, memory_report)
    yield opened
    opened.page.context.close()


def saved(visit: Visit, table: str, path: Path) -> Any:
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name=f"save as CSV: {table}").click()
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return download.value.suggested_filename, list(csv.DictReader(file))


def test_a_table_is_saved_as_it_is_seen(visit: Visit, tmp_path: Path) -> None:
    chip(visit, "cell", "rnn").click()
    visit.page.locator("#results th button", has_text="mean").click()
    name, rows = saved(visit, "Final test accuracy", tmp_path / "table.csv")
    assert name == "memory_final_test_accuracy_of_every_variant.csv"
    assert {row["cell"] for row in rows} == {"lstm", "gru"}
    assert len(rows) == 4
    means = [float(row["mean"].removesuffix(" %")) for row in rows]
    assert means == sorted(means)
    assert not visit.wrong


def test_every_table_can_be_saved(visit: Visit) -> None:
    tables = visit.page.locator("main .scroll table")
    assert (
        visit.page.locator("main button[aria-label^='save as CSV']").count() == tables.count() >= 5
    )


def test_folded_warnings_are_open_on_paper_alone(visit: Visit) -> None:
    is_open = "[...document.querySelectorAll('.warnings details')].map(each => each.open)"
    visit.page.evaluate(
        "text => { document.querySelector('.warnings').innerHTML += text; }",
        "<li><details>folded</details><li><details open>unfolded</details>",
    )
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(visit.page.evaluate(is_open))
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    *_, folded, unfolded = visit.page.evaluate(is_open)  # after those of the page itself
    assert (folded, unfolded) == (False, True)


STALLED = """
const Real = DecompressionStream;
let asked = 0;
window.DecompressionStream = function (kind) {
  if (++asked === 1) return new Real(kind);
  return { readable: new ReadableStream(), writable: new WritableStream() };
};"""


def test_a_figure_that_is_not_loaded_yet_says_so_on_paper(
    browser: Browser, memory_report: Path
) -> None:
    page = browser.new_context().new_page()
    page.add_init_script(STALLED)
    page.goto(memory_report.as_uri())
    page.wait_for_selector(".panel")  # figures have their places
    note = page.locator("#figure-outcomes .unprinted")
    assert not note.is_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert note.inner_text().startswith("This figure was not loaded yet")


def test_figures_that_are_loaded_are_all_on_paper(browser: Browser, memory_report: Path) -> None:
    page = browser.new_context().new_page()
    page.goto(memory_report.as_uri())
    page.wait_for_selector("html[data-inflated]", state="attached")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".figure .plot").count() >= 8
    assert page.locator(".figure .plot:not(:has(.main-svg)), .unprinted").count() == 0


def test_a_browser_that_cannot_decompress_gets_one_sentence(
    browser: Browser, memory_report: Path
) -> None:
    page = browser.new_context().new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.add_init_script("delete window.DecompressionStream")
    page.goto(memory_report.as_uri())
    assert "need a browser of 2023 or later" in page.locator("body > .covers").inner_text()
    assert page.locator("#results tbody tr").count() > 0
    assert not wrong
