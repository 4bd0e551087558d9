"""The link keeps what a reader has chosen: chips, lists, sliders, kinds of axes."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from orchestrator.reports.build import build_report
from tests.reports.page.browsing import MARKS, Visit, wait_until
from tests.reports.page.scripts.filters.chips import chip, shown_rows
from tests.reports.sample import Factors, Sample, write

pytestmark = MARKS


def test_the_link_shows_the_same_view(browser: Browser, report: Path, visit: Visit) -> None:
    visit.draw("delta_by_epoch")
    chip(visit, "activation", "relu").click()
    visit.page.locator("#figure-delta_by_epoch input").fill("2")
    visit.page.select_option("#figure-curves select[name='metric']", "test/loss")
    visit.page.locator("#figure-curves .key", has_text="tanh").click()
    visit.page.get_by_role("link", name="Learning curves").click()
    again = Visit(browser, report, fragment=visit.page.evaluate("location.hash"))
    assert chip(again, "activation", "relu").get_attribute("aria-pressed") == "false"
    assert again.page.locator("#figure-delta_by_epoch output").inner_text() == "after 10 epochs"
    metric = again.page.locator("#figure-curves select[name='metric']")
    assert metric.input_value() == "test/loss"
    key = again.page.locator("#figure-curves .key", has_text="tanh")
    assert key.get_attribute("aria-pressed") == "false"
    top = again.page.locator("#curves").evaluate("e => e.getBoundingClientRect().top")
    assert 0 <= top < 200
    assert not again.wrong


def test_the_back_button_undoes_a_chip_and_forward_does_it_again(visit: Visit) -> None:
    url = visit.page.url
    chip(visit, "depth", "8").click()
    chip(visit, "depth", "4").click()
    rows = shown_rows(visit, "#results table")
    assert rows.count() == 24
    visit.page.go_back()
    wait_until(visit, lambda: rows.count() == 36)
    visit.page.go_back()
    wait_until(visit, lambda: rows.count() == 48)
    assert visit.page.url == url
    visit.page.go_forward()
    wait_until(visit, lambda: rows.count() == 36)


def test_a_slider_leaves_no_trail_in_the_history(visit: Visit) -> None:
    slider = visit.page.locator("#figure-delta_by_epoch input")
    slider.focus()
    before = visit.page.evaluate("history.length")
    for _ in range(3):
        visit.page.keyboard.press("ArrowRight")
    assert "delta_by_epoch.epoch=15" in visit.page.url
    assert visit.page.evaluate("history.length") == before


MALFORMED = [
    "#%", "#%E0%A4%A", "#hide", "#hide=model.depth", "#hide=<img src=x onerror=alert(1)>",
    "#curves.metric=<script>", "#at=%00", "#delta_by_epoch.epoch=1e9", "#at=__proto__",
    "#outcomes.constructor=1", "#&&==&", "#curves.without=nobody", "#" + "hide=x&" * 5000,
]  # fmt: skip


def test_malformed_fragments_are_passed_over(browser: Browser, tmp_path: Path) -> None:
    """As the page opens, and one after another in the open page."""
    factors: Factors = {"model.activation": ["sigmoid", "tanh"]}
    sample = Sample(study="s", factors=factors, replicates=3, probes=False)
    path = build_report(write(tmp_path, sample)).path
    visit = Visit(browser, path, fragment=MALFORMED[0])
    rows = shown_rows(visit, "#results table")
    for fragment in MALFORMED:
        visit.page.evaluate("fragment => { location.hash = fragment; }", fragment)
        assert rows.count() == 2
    visit.draw_all()
    chip(visit, "activation", "tanh").click()
    assert rows.count() == 1
    assert not visit.wrong


def axes(visit: Visit, figure: str) -> Any:
    """(type, range) of each panel's y axis."""
    return visit.page.evaluate(
        """name => [...document.querySelectorAll(`#figure-${name} .plot`)].map(plot =>
            [plot._fullLayout.yaxis.type, plot._fullLayout.yaxis.range])""",
        figure,
    )


def has_kind(visit: Visit, figure: str, kind: str) -> Any:
    return {found for found, _ in axes(visit, figure)} == {kind}


def test_axes_become_linear_and_logarithmic_and_the_link_knows(
    browser: Browser, small_report: Path
) -> None:
    visit = Visit(browser, small_report)
    for name, opens in (("curves", "linear"), ("delta", "log"), ("delta_by_epoch", "log")):
        visit.draw(name)
        before = axes(visit, name)
        assert {kind for kind, _ in before} == {opens}
        button = visit.page.locator(f"#figure-{name}").get_by_role("button", name="log scale")
        button.click()
        other = {"linear": "log", "log": "linear"}[opens]
        wait_until(visit, partial(has_kind, visit, name, other))
        assert button.get_attribute("aria-pressed") == str(other == "log").lower()
        spans = [(old, new) for (_, old), (_, new) in zip(before, axes(visit, name), strict=True)]
        if other == "linear":
            assert all(new == [0, pytest.approx(10 ** old[1])] for old, new in spans)
        else:
            assert all(new == spans[0][1] for _, new in spans)
    assert (
        visit.page.locator("#figure-saturation").get_by_role("button", name="log scale").count()
        == 0
    )
    again = Visit(browser, small_report, fragment="#" + visit.page.url.split("#")[1])
    again.draw("delta")
    assert {kind for kind, _ in axes(again, "delta")} == {"linear"}
    assert not visit.wrong
    assert not again.wrong
