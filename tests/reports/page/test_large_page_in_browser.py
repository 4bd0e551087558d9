"""A page whose data lie in a folder beside it, in headless Chromium; what its policy refuses."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from orchestrator.reports.build import build_report
from tests.reports.page.browsing import MARKS, Visit, wait_until

pytestmark = MARKS


@pytest.fixture
def parted(small: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page that is taken for a large one."""
    monkeypatch.setattr("orchestrator.reports.page.render.LARGEST_BYTES", 0)
    return build_report(small).path


def test_a_large_page_draws_from_the_folder_beside_it(browser: Browser, parted: Path) -> None:
    visit = Visit(browser, parted)
    visit.draw_all()
    assert (visit.page.locator("#figure-delta .beside").text_content() or "").startswith(
        "Its data lie in"
    )
    assert not visit.wrong


def test_a_large_page_has_its_cards_in_the_folder_too(browser: Browser, parted: Path) -> None:
    visit = Visit(browser, parted)
    visit.page.locator("#trials summary").click()
    links = visit.page.locator("#trials tbody a")
    links.first.click()
    visit.page.locator("#card h2").wait_for()
    assert links.count() == 28
    assert not visit.wrong


def test_a_large_page_says_what_it_lacks(browser: Browser, parted: Path) -> None:
    shutil.rmtree(parted.parent / "report_data")
    visit = Visit(browser, parted)
    visit.draw("curves")
    note = visit.page.locator("#figure-delta .beside")
    wait_until(
        visit,
        lambda: note.text_content() == "report_data/delta.js is missing: keep it beside this page.",
    )


def test_no_script_of_the_page_itself_loads_a_file(browser: Browser, parted: Path) -> None:
    """Only our own scripts may."""
    (parted.parent / "stranger.js").write_text("document.title = 'owned'")
    page = parted.read_text()
    parted.write_text(page.replace("</h1>", "</h1><script src='stranger.js'></script>", 1))
    visit = Visit(browser, parted)
    visit.draw("curves")
    assert visit.page.title() != "owned"
    assert any("Content Security Policy" in text for text in visit.wrong)


INJECTED = """<script>document.title = 'owned'</script>
<img src=x onerror="document.title = 'owned'">"""


@pytest.mark.parametrize("name", ["report.html", "../index.html"])
def test_the_policy_stops_scripts_that_escaping_let_through(
    browser: Browser, small: Path, name: str
) -> None:
    """The page as if one value had not been escaped: its own scripts run, the stranger's do not."""
    build_report(small)
    path = small / name
    path.write_text(path.read_text().replace("</h1>", f"</h1>{INJECTED}", 1))
    visit = Visit(browser, path)
    visit.page.evaluate("document.body.insertAdjacentHTML('beforeend', `<b onclick='x()'>b</b>`)")
    assert visit.page.title() != "owned"
    assert sum("Content Security Policy" in text for text in visit.wrong) >= 2
    if name == "report.html":
        visit.draw("outcomes")
