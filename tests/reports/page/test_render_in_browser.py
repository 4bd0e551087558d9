"""The page in headless Chromium: offline, without errors, in light, dark and on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from orchestrator.reports.build import build_report
from tests.reports.page.browsing import MARKS, PHONE, Visit, clashes, wait_until
from tests.reports.sample import Factors, Sample, write
from tests.reports.test_build import evil

pytestmark = MARKS


@pytest.fixture(scope="module")
def desktop(chromium: Browser, report: Path) -> Visit:
    """The page of 480 trials, every figure drawn. For tests that only look, as the next one is."""
    return every_figure(Visit(chromium, report))


@pytest.fixture(scope="module")
def phone(chromium: Browser, report: Path) -> Visit:
    return every_figure(Visit(chromium, report, "dark", PHONE))


def every_figure(visit: Visit) -> Visit:
    visit.figures = visit.draw_all()
    return visit


@pytest.fixture(scope="module")
def opened(chromium: Browser, small_report: Path) -> Iterator[Visit]:
    """What `visit` opens."""
    visit = Visit(chromium, small_report).remember()
    yield visit
    visit.page.context.close()


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_every_panel_is_drawn_offline_without_errors(
    request: pytest.FixtureRequest, device: str
) -> None:
    """Bright on the desktop, dark on the phone."""
    visit = request.getfixturevalue(device)
    assert len(visit.figures) == 17
    for figure in visit.figures:
        for plot in figure.query_selector_all(".plot"):
            assert plot.query_selector(".trace path, .trace .point, .hm image")
            assert plot.query_selector(".xtick text")
    assert not visit.wrong


def test_the_first_screen_holds_question_answer_figure_and_evidence(
    browser: Browser, report: Path, memory_report: Path
) -> None:
    for path in (report, memory_report):
        visit = Visit(browser, path, size={"width": 1280, "height": 800})
        visit.page.wait_for_selector(".first .main-svg")
        for part in ("h1", ".finding", ".first .panels", ".evidence", ".warnings"):
            box = visit.page.locator(part).first.bounding_box()
            assert box is not None
            assert box is not None
            assert box["y"] + box["height"] <= 800, part


def test_a_phone_never_scrolls_sideways(
    browser: Browser, phone: Visit, memory_report: Path
) -> None:
    stays_in_its_width(phone)
    stays_in_its_width(every_figure(Visit(browser, memory_report, size=PHONE)))


@pytest.mark.parametrize("fragment", ["#decay", "#at=decay"])
def test_a_link_to_a_section_leads_there_when_figures_above_are_drawn(
    browser: Browser, report: Path, fragment: str
) -> None:
    visit = Visit(browser, report, fragment=fragment)
    visit.page.wait_for_selector("html[data-inflated]", state="attached")
    visit.page.wait_for_selector("#decay .main-svg")
    visit.settle()
    margin = 7 * 16  # scroll-margin-top, below the level filters
    assert top_of(visit, "#decay") == pytest.approx(margin, abs=2)
    above = visit.page.locator(".figure:has(.main-svg)").evaluate_all(
        "all => all.filter(e => e.getBoundingClientRect().bottom < 0).length"
    )
    assert above > 0  # some were drawn, so that the page grew above the section
    visit.page.mouse.wheel(0, -500)
    wait_until(visit, lambda: top_of(visit, "#decay") > 400)
    visit.draw("outcomes")  # what is drawn now no longer moves the reader
    assert top_of(visit, "#decay") > 400
    assert not visit.wrong


def top_of(visit: Visit, selector: str) -> float:
    top: float = visit.page.locator(selector).evaluate("e => e.getBoundingClientRect().top")
    return top


def stays_in_its_width(visit: Visit) -> Any:
    width = "document.documentElement.scrollWidth"
    assert visit.page.evaluate(width) == 390
    visit.page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    assert visit.page.evaluate(width) == 390
    assert visit.page.locator(".scroll").count() >= 4


def test_a_recurrent_study_shows_time_and_no_depth(browser: Browser, memory_report: Path) -> None:
    visit = Visit(browser, memory_report)
    visit.draw_all()
    names = visit.page.locator(".figure").evaluate_all("all => all.map(e => e.dataset.name)")
    assert names == [
        *("outcomes", "main_effects", "interactions", "curves", "time_to_solve"),
        *("time_decay", "gates", "influence_time", "cost"),
    ]
    assert visit.page.locator("#decay, a[href='#decay']").count() == 0
    visit.draw("time_decay")  # figures out of sight are drawn when they come near
    lines = visit.page.locator("#figure-time_decay .panel").first.locator(".trace path.js-line")
    note = visit.page.locator("#figure-time_decay .note").first
    visit.page.select_option("#figure-time_decay select[name='site']", "backward.0")
    visit.page.select_option("#figure-time_decay select[name='model.bidirectional']", "false")
    wait_until(visit, lambda: "nothing of this kind" in (note.text_content() or ""))
    visit.page.select_option("#figure-time_decay select[name='model.bidirectional']", "true")
    wait_until(visit, lambda: lines.count() == 6)  # three bands, three lines
    visit.page.select_option("#figure-time_decay select[name='quantity']", "cell_grad")
    wait_until(visit, lambda: lines.count() == 2)
    labels = visit.page.locator("#figure-curves .annotation-text").all_text_contents()
    assert any("task baseline 10.0 %" in label and "solved: 90.0 %" in label for label in labels)
    assert not visit.wrong


def test_no_text_of_a_plot_is_cut_off_or_runs_into_another(
    browser: Browser, desktop: Visit, phone: Visit, memory_report: Path
) -> None:
    assert clashes(desktop) == []
    assert clashes(phone) == []
    assert clashes(every_figure(Visit(browser, memory_report))) == []


def colours(visit: Visit) -> Any:
    return set(
        visit.page.evaluate(
            """[...document.querySelectorAll('#figure-outcomes .trace path.point')]
               .map(e => getComputedStyle(e).fill)"""
        )
    )


LIGHT, DARK = "rgb(0, 114, 178)", "rgb(75, 163, 227)"  # of the first level


def test_a_change_to_dark_recolours_what_is_drawn(visit: Visit) -> None:
    visit.draw("outcomes")
    assert LIGHT in colours(visit)
    visit.page.emulate_media(color_scheme="dark")
    wait_until(visit, lambda: DARK in colours(visit))
    assert LIGHT not in colours(visit)
    background = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(17, 21, 26)"


def test_choosing_another_depth_redraws(visit: Visit) -> None:
    visit.draw("delta")
    ticks = visit.page.locator("#figure-delta .panel").first.locator(".xtick text")
    assert ticks.count() == 3
    visit.page.select_option("#figure-delta select[name='model.depth']", "1")
    wait_until(visit, lambda: ticks.count() == 1)
    assert not visit.wrong


def test_the_slider_shows_another_epoch_by_keyboard(visit: Visit) -> None:
    visit.draw("delta_by_epoch")
    slider = visit.page.locator("#figure-delta_by_epoch input[type='range']")
    title = visit.page.locator("#figure-delta_by_epoch .panel h4").first
    assert title.text_content() == "before training"
    slider.focus()
    visit.page.keyboard.press("End")
    wait_until(visit, lambda: title.text_content() == "after 20 epochs")
    assert visit.page.locator("#figure-delta_by_epoch output").text_content() == "after 20 epochs"
    assert not visit.wrong


def test_choosing_another_metric_redraws(visit: Visit) -> None:
    visit.draw("curves")
    ticks = visit.page.locator("#figure-curves .panel").first.locator(".ytick text")
    assert (ticks.last.text_content() or "").endswith("%")
    title = visit.page.locator("#figure-curves h3")
    assert title.text_content() == "Test accuracy, mean, by epoch"
    visit.page.select_option("#figure-curves select[name='metric']", "test/loss")
    wait_until(visit, lambda: not (ticks.last.text_content() or "").endswith("%"))
    assert title.text_content() == "Test loss, mean, by epoch"
    assert not visit.wrong


def test_the_legend_hides_a_level_in_every_panel_by_keyboard(visit: Visit) -> None:
    visit.draw("outcomes")
    key = visit.page.locator("#figure-outcomes .key").first
    key.focus()
    visit.page.keyboard.press("Enter")
    wait_until(visit, lambda: LIGHT not in colours(visit))
    assert key.get_attribute("aria-pressed") == "false"
    visit.page.keyboard.press("Enter")
    wait_until(visit, lambda: LIGHT in colours(visit))


def test_a_click_on_a_heading_sorts_and_another_reverses(visit: Visit) -> None:
    mean = visit.page.locator("#results th button", has_text="mean")
    place = mean.evaluate("button => button.closest('th').cellIndex")
    rows = "[...document.querySelectorAll('#results tbody tr')]"
    column = f"{rows}.map(row => +row.cells[{place}].dataset.sort)"
    mean.click()
    rising = visit.page.evaluate(column)
    assert rising == sorted(rising)
    assert len(set(rising)) == 4
    mean.click()
    assert visit.page.evaluate(column) == rising[::-1]
    assert visit.page.locator("#results th[aria-sort='descending']").count() == 1


def test_hovering_a_dot_names_variant_replicate_and_value(visit: Visit) -> None:
    visit.draw("outcomes")
    visit.page.locator("#figure-outcomes .point").first.hover(force=True)
    label = visit.page.locator("#figure-outcomes .hoverlayer").first
    wait_until(visit, lambda: "sigmoid, depth 1" in (label.text_content() or ""))
    assert "replicate" in (label.text_content() or "") or "mean" in (label.text_content() or "")


def test_hostile_names_do_no_harm(browser: Browser, tmp_path: Path) -> None:
    folder = evil(tmp_path)
    visit = Visit(browser, build_report(folder).path)
    visit.draw_all()
    assert visit.page.locator("h1").inner_text().startswith("<script>alert(1)</script>")
    for point in visit.page.locator("#figure-outcomes .point").all()[:3]:
        point.hover(force=True)
    assert visit.page.locator("img").count() == 0
    assert not visit.wrong
    index = Visit(browser, tmp_path / "index.html")
    assert index.page.locator("h2 a").inner_text().startswith("<script>")
    index.page.locator("h2 a").click()
    assert index.page.url.endswith("evil/report.html")
    assert not index.wrong


@pytest.mark.parametrize(("fate", "figures"), [("failed", 0), ("missing", 0), ("diverged", 9)])
def test_a_ruined_study_has_a_page_without_errors(
    browser: Browser, tmp_path: Path, fate: str, figures: int
) -> None:
    factors: Factors = {"model.activation": ["sigmoid", "tanh"]}
    sample = Sample(study="s", factors=factors, replicates=3, every_fate=fate)
    visit = Visit(browser, build_report(write(tmp_path, sample)).path)
    assert len(visit.draw_all()) == figures
    assert not visit.wrong


def test_paper_is_wide_enough_for_every_table(browser: Browser, report: Path) -> None:
    visit = Visit(
        browser, report, size={"width": 718, "height": 1000}
    )  # A4 less Chromium's margins
    visit.page.wait_for_selector(".main-svg")
    visit.page.emulate_media(media="print")
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 718


def test_printing_draws_every_figure(browser: Browser, small_report: Path) -> None:
    visit = Visit(browser, small_report)  # on which nothing is drawn yet
    visit.page.wait_for_selector("html[data-inflated]", state="attached")
    drawn = "[...document.querySelectorAll('.plot')].every(e => e.querySelector('.main-svg'))"
    visit.page.evaluate(f"addEventListener('beforeprint', () => {{ window.drawn = {drawn}; }})")
    assert len(visit.page.pdf()) > 50_000
    assert visit.page.evaluate("drawn")
