"""The card of one trial: opened by mouse, keyboard and link; its numbers are the tables'."""

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator

from orchestrator.reports.build import build_report
from tests.reports.page.browsing import MARKS, PHONE, Visit, wait_until
from tests.reports.sample import Sample, write
from tests.reports.test_build import evil

pytestmark = MARKS


def trials(report: Path) -> pd.DataFrame:
    return pd.read_parquet(report.parent / "trials.parquet").set_index("trial_id")


def opened(visit: Visit) -> Locator:
    card = visit.page.locator("#card")
    card.locator("h2").wait_for()
    return card


def test_a_click_on_a_dot_opens_the_card_of_its_trial(visit: Visit, report: Path) -> None:
    visit.draw("outcomes")
    dot = visit.page.locator("#figure-outcomes .panel").nth(1).locator(".trace").first
    dot.locator(".point").nth(3).hover(force=True)
    hover = visit.page.locator("#figure-outcomes .hoverlayer").nth(1)
    wait_until(visit, lambda: "click: its card" in (hover.text_content() or ""))
    said = hover.text_content() or ""
    dot.locator(".point").nth(3).click(force=True)
    title = opened(visit).locator("h2").inner_text()
    variant, replicate = title.split(", replicate ")
    assert said.startswith(f"{variant}replicate {replicate}: ")
    row = trials(report).loc[visit.page.url.split("trial=")[1]]
    assert row["replicate"] == int(replicate)
    assert not visit.wrong


def test_the_card_shows_settings_results_curves_and_the_command(
    browser: Browser, report: Path
) -> None:
    table = trials(report)
    row = table[table["variant"] == "activation=tanh depth=4 scale=2.0"].iloc[2]
    visit = Visit(browser, report, fragment=f"#trial={row.name}")
    card = opened(visit)
    assert card.locator("h2").inner_text() == "tanh, depth 4, scale 2, replicate 2"
    assert card.locator(".status").inner_text() == "completed after 20 epochs in 0.12 s"
    text = card.inner_text()
    for said in ("model.init.scale\n2 factor", "study seed 0, replicate 2", str(row.name)):
        assert said in text
    cells = card.locator("table tr", has_text="accuracy").first.inner_text().split("\t")
    assert cells[1:] == [
        f"{100 * row[f'final.{split}/accuracy']:.1f} %" for split in ("train", "validation", "test")
    ]
    assert card.locator(".command").inner_text().endswith(f" --trial {row.name}")
    card.locator(".main-svg").first.wait_for()
    assert card.locator("h3").all_inner_texts() == ["accuracy", "loss", "‖∂C/∂z‖ by layer"]
    drawn = "[...document.querySelectorAll('#card .plot')].map(p => p.data.map(t => [t.name, t.y]))"
    metrics = pd.read_parquet(report.parent / "metrics.parquet")
    own = metrics[(metrics["trial_id"] == row.name) & (metrics["metric"] == "accuracy")]
    for name, y in visit.page.evaluate(drawn)[0]:
        expected = own[own["split"] == name].sort_values("epoch")["value"]
        assert y == pytest.approx(expected.tolist(), rel=1e-5)
    gradients = pd.read_parquet(report.parent / "gradients.parquet")
    delta = gradients[(gradients["trial_id"] == row.name) & (gradients["quantity"] == "delta")]
    last = visit.page.evaluate(drawn)[2][1]
    expected = delta[delta["epoch"] == 20].sort_values("position")["value"].tolist()
    assert last[0] == "epoch 20"
    assert [y for y in last[1] if y is not None] == pytest.approx(expected, rel=1e-5)
    assert not visit.wrong


def test_without_a_mouse_from_the_list_and_back(visit: Visit) -> None:
    visit.page.locator("#trials summary").focus()
    visit.page.keyboard.press("Enter")
    links = visit.page.locator("#trials tbody a")
    links.first.wait_for()
    links.nth(9).focus()
    visit.page.keyboard.press("Enter")
    card = opened(visit)
    assert card.locator("h2").inner_text() == "sigmoid, depth 1, scale 0.5, replicate 9"
    assert visit.page.evaluate("document.activeElement.textContent") == "close"
    assert card.get_by_role("button", name="next").is_disabled()
    card.get_by_role("button", name="previous").focus()
    visit.page.keyboard.press("Enter")
    wait_until(visit, lambda: card.locator("h2").inner_text().endswith("replicate 8"))
    visit.page.keyboard.press("Escape")
    wait_until(visit, lambda: not card.evaluate("e => e.open"))
    wait_until(visit, lambda: "trial=" not in visit.page.url)  # the dialog tells of it later
    assert visit.page.evaluate("document.activeElement.closest('#trials') !== null")
    visit.page.go_back()
    wait_until(visit, lambda: card.evaluate("e => e.open"))
    assert card.locator("h2").inner_text().endswith("replicate 8")
    assert not visit.wrong


def test_the_list_is_sorted_and_follows_the_chips(visit: Visit) -> None:
    visit.page.locator("#trials summary").click()
    rows = visit.page.locator("#trials tbody tr")
    rows.first.wait_for()
    group = visit.page.get_by_role("group", name="levels of depth")
    group.get_by_role("button", name="4", exact=True).click(modifiers=["Shift"])
    pager = visit.page.locator("#trials .pager")
    wait_until(visit, lambda: "rows 1 to 100 of 120" in pager.inner_text())
    visit.page.locator("#trials th button", has_text="test accuracy").click()
    keys = rows.evaluate_all(KEYS)
    pager.get_by_role("button", name="next").click()
    assert "rows 101 to 120 of 120" in pager.inner_text()
    assert pager.get_by_role("button", name="next").is_disabled()
    keys += rows.evaluate_all(KEYS)
    known = [float(key) for key in keys if key is not None]
    assert len(known) == 119
    assert known == sorted(known)
    assert keys[-1] is None
    assert rows.last.inner_text().split("\t")[4] == "failed"
    visit.page.get_by_role("button", name="all", exact=True).click()
    assert "of 480" in pager.inner_text()


KEYS = "all => all.map(row => row.cells[5].dataset.sort ?? null)"


def test_a_trial_that_was_lost_says_why(visit: Visit) -> None:
    visit.page.locator("#failures summary").first.click()
    visit.page.locator("#failures a").first.click()
    card = opened(visit)
    assert card.locator(".status").inner_text().startswith(("diverged", "failed"))
    assert "loss was not finite in epoch 3" in card.locator("pre").first.inner_text()
    assert not visit.wrong


def test_an_unknown_trial_in_the_link_opens_nothing(browser: Browser, report: Path) -> None:
    visit = Visit(
        browser, report, fragment="#trial=<img src=x onerror=alert(1)>&hide=model.depth=8"
    )
    visit.page.wait_for_timeout(300)
    assert not visit.page.locator("#card").evaluate("e => e.open")
    assert visit.page.locator("#results table").first.locator("tr:not([hidden])").count() == 37
    assert not visit.wrong


def test_a_card_fits_on_a_phone(browser: Browser, report: Path) -> None:
    identifier = trials(report).index[400]
    visit = Visit(browser, report, size=PHONE, fragment=f"#trial={identifier}")
    card = opened(visit)
    card.locator(".main-svg").first.wait_for()
    box = card.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert card.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_cards_of_a_hostile_and_of_an_unfinished_study(browser: Browser, tmp_path: Path) -> None:
    folder = evil(tmp_path)
    sample = Sample(
        study="half", factors={"model.activation": ["sigmoid", "tanh"]}, replicates=3,
        fates={("activation=tanh", 1): "missing"}, probes=False,
    )  # fmt: skip
    for path in (build_report(folder).path, build_report(write(tmp_path, sample)).path):
        visit = Visit(browser, path)
        visit.page.locator("#trials summary").click()
        links = visit.page.locator("#trials tbody a")
        links.first.wait_for()
        for number in range(0, links.count(), 4):  # of each variant, and of what is lost
            links.nth(number).click()
            opened(visit)
            visit.page.keyboard.press("Escape")
        assert visit.page.locator("#card img, #card script").count() == 0
        assert not visit.wrong
