"""Chips of levels: every figure and table follows."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from orchestrator.reports.build import build_report
from tests.reports.page.browsing import MARKS, PHONE, Visit
from tests.reports.page.scripts.filters.chips import chip, shown_rows
from tests.reports.sample import Sample, write
from tests.reports.test_build import evil

pytestmark = MARKS


def points(visit: Visit, figure: str) -> Any:
    """Variants of which a point or line is drawn."""
    return visit.page.evaluate(
        """name => [...new Set([...document.querySelectorAll(`#figure-${name} .plot`)]
            .flatMap(plot => plot.data || []).filter(trace => trace.meta)
            .flatMap(trace => trace.meta.variants || [trace.meta.variant]))]""",
        figure,
    )


def variants(visit: Visit, keep: str) -> Any:
    """Their places in the study. keep: a function of the levels' places, in JavaScript."""
    return visit.page.evaluate(
        f"""() => JSON.parse(document.getElementById('study').textContent).variants
            .flatMap((levels, place) => ({keep})(levels) ? [place] : [])"""
    )


def test_figures_and_tables_follow_a_chip(visit: Visit) -> None:
    button = chip(visit, "activation", "relu")
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert "showing 36 of 48 variants" in visit.page.locator("#level-filters summary").inner_text()
    assert shown_rows(visit, "#results table").count() == 36
    assert shown_rows(visit, "#results tr:has-text('relu')").count() == 0
    left = set(variants(visit, "levels => levels[0] !== 2"))
    assert len(left) == 36
    visit.draw("outcomes")
    assert set(points(visit, "outcomes")) == left
    names = ("first_screen", "curves", "delta", "factor_per_layer", "phase", "influence_depth")
    for name in (*names, "delta_map"):
        visit.draw(name)
        assert points(visit, name)
        assert set(points(visit, name)) <= left
    assert visit.page.locator("#figure-curves .key:visible").all_inner_texts() == [
        *("sigmoid", "tanh", "softplus")
    ]
    assert not visit.wrong


def test_a_point_that_is_left_keeps_its_values_and_interval(visit: Visit) -> None:
    """Each array of a trace loses the same points."""
    means = """() => [...document.querySelectorAll('#figure-outcomes .plot')].flatMap(plot =>
        plot.data.filter(t => t.name === 'mean').flatMap(t => [...t.y].map((y, i) =>
            [t.meta.variants[i], t.x[i], y, t.error_y.array[i], t.customdata[i][1]])))"""
    visit.draw("outcomes")
    before = {row[0]: row[1:] for row in visit.page.evaluate(means)}
    chip(visit, "activation", "relu").click()
    visit.settle()
    after = {row[0]: row[1:] for row in visit.page.evaluate(means)}
    assert len(before) == 48
    assert len(after) == 36
    assert after == {place: before[place] for place in after}


def test_a_mean_that_is_left_alone_has_a_bar_for_its_band(visit: Visit) -> None:
    has_bars = """() => [...document.querySelectorAll('#figure-first_screen .plot')].flatMap(plot =>
        plot.data.filter(t => t.name === 'mean').map(t => [t.x.length, t.error_y.visible]))"""
    visit.draw("first_screen")
    assert {tuple(each) for each in visit.page.evaluate(has_bars)} == {(4, False)}
    chip(visit, "depth", "2").click(modifiers=["Shift"])
    visit.settle()
    assert {tuple(each) for each in visit.page.evaluate(has_bars)} == {(1, True)}


def test_what_cannot_follow_says_that_it_covers_all(visit: Visit) -> None:
    notes = visit.page.locator(".covers")
    visible = visit.page.locator(".covers:visible")
    assert visible.count() == 0
    chip(visit, "depth", "8").click()
    assert visible.count() == notes.count() >= 7
    assert set(visible.all_inner_texts()) == {"All 48 variants, whatever the filters show."}
    for place in ("#verdicts", "#comparisons", "#explained", "#figure-main_effects"):
        assert visit.page.locator(f"{place} .covers:visible").count() >= 1
    assert visit.page.locator("#figure-outcomes .covers").count() == 0
    visit.page.get_by_role("button", name="all", exact=True).click()
    assert visible.count() == 0


def test_panels_rows_and_columns_without_variants_go(visit: Visit) -> None:
    assert visit.draw("outcomes").query_selector_all(".panel h4")[0].inner_text() == "scale 0.5"
    chip(visit, "scale", "0.5").click()
    titles = visit.page.locator("#figure-outcomes .panel h4")
    assert titles.all_inner_texts() == ["scale 1", "scale 2"]
    chip(visit, "activation", "tanh").click()
    heads = visit.page.locator("#comparisons .matrix th:visible").all_inner_texts()
    assert [head.strip() for head in heads] == ["scale", "depth", "relu", "softplus"]
    assert visit.page.locator("#comparisons .matrix tbody tr:visible").count() == 8
    chip(visit, "activation", "tanh").click()
    assert visit.page.locator("#comparisons .matrix th:visible").count() == 5


def test_a_list_leaves_the_levels_that_chips_hide(visit: Visit) -> None:
    visit.draw("delta")
    depth = visit.page.locator("#figure-delta select[name='model.depth']")
    assert depth.input_value() == "8"
    chip(visit, "depth", "8").click()
    assert depth.input_value() == "1"
    assert depth.locator("option:not([disabled])").all_inner_texts() == ["1", "2", "4"]
    chip(visit, "depth", "8").click()
    assert depth.input_value() == "8"


def test_shift_keeps_one_level_alone_and_all_brings_back(visit: Visit) -> None:
    chip(visit, "depth", "4").click(modifiers=["Shift"])
    assert shown_rows(visit, "#results table").count() == 12
    visit.page.get_by_role("button", name="all", exact=True).click()
    assert shown_rows(visit, "#results table").count() == 48


def test_no_level_left_is_said_and_undone_by_keyboard(visit: Visit) -> None:
    for level in ("0.5", "1", "2"):
        chip(visit, "scale", level).click()
    assert "showing 0 of 48" in visit.page.locator("#level-filters summary").inner_text()
    assert shown_rows(visit, "#results table").count() == 0
    assert visit.page.locator("#figure-outcomes .empty-grid").count() == 1
    chip(visit, "scale", "1").focus()
    visit.page.keyboard.press("Space")
    assert shown_rows(visit, "#results table").count() == 16
    assert not visit.wrong


def test_hostile_levels_do_no_harm_as_chips(browser: Browser, tmp_path: Path) -> None:
    visit = Visit(browser, build_report(evil(tmp_path)).path)
    for button in visit.page.locator(".chip:visible").all()[:-1]:
        button.click()
    fragment = visit.page.evaluate("location.hash")
    again = Visit(browser, tmp_path / "evil" / "report.html", fragment=fragment)
    assert again.page.locator("#level-filters img, #level-filters script").count() == 0
    assert not visit.wrong
    assert not again.wrong


def test_variants_by_name_have_chips(browser: Browser, tmp_path: Path) -> None:
    listed = {"small": {"model.width": 8}, "large": {"model.width": 16}, "huge": {"model.width": 9}}
    sample = Sample(
        study="s", factors={"model.width": [8, 16, 9]}, design="variants", listed=listed,
        partners=dict.fromkeys(listed, "small"), replicates=3, probes=False,
    )  # fmt: skip
    visit = Visit(browser, build_report(write(tmp_path, sample)).path)
    chip(visit, "variant", "huge").click()
    assert shown_rows(visit, "#results table").count() == 2
    visit.draw_all()
    assert not visit.wrong


def test_on_a_phone_the_chips_are_folded_and_fit(browser: Browser, report: Path) -> None:
    visit = Visit(browser, report, size=PHONE)
    assert not chip(visit, "depth", "4").is_visible()
    visit.page.locator("#level-filters summary").click()
    chip(visit, "depth", "4").click()
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
    height = visit.page.locator("#level-filters").evaluate("e => e.getBoundingClientRect().height")
    assert height < 0.4 * PHONE["height"]
