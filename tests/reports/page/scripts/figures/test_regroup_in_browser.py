"""The reader gives colour, x axis and panels to other factors; figures are put together anew."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from orchestrator.reports.build import build_report
from orchestrator.reports.figures.palette import INK, soft
from tests.reports.page.browsing import MARKS, PHONE, Visit, wait_until
from tests.reports.page.scripts.filters.chips import chip
from tests.reports.page.scripts.filters.test_level_filters_in_browser import points
from tests.reports.sample import Factors, Sample, write

pytestmark = MARKS

FACTORS: Factors = {
    "model.activation": ["sigmoid", "tanh", "relu"],
    "model.depth": [1, 2, 4],
    "model.init.scale": [0.5, 1.0],
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sample = Sample(study="roles", factors=FACTORS, replicates=3, epochs=5)
    return build_report(write(tmp_path_factory.mktemp("results"), sample)).path


def give(visit: Visit, role: str, factor: str) -> None:
    visit.page.get_by_label(role, exact=True).select_option(label=factor)


def means(visit: Visit, figure: str) -> Any:
    """(variant, mean, half of its interval, colour, title of its panel, x) of each mean drawn."""
    return visit.page.evaluate(
        """name => [...document.querySelectorAll(`#figure-${name} .panel`)].flatMap(panel =>
            (panel.querySelector('.plot').data || []).filter(trace => trace.name === 'mean')
            .flatMap(trace => trace.meta.variants.map((variant, i) => [variant, trace.y[i],
                trace.error_y.array[i], trace.marker.color, panel.firstChild.textContent,
                trace.x[i]])))""",
        figure,
    )


def moved(visit: Visit, before: Any) -> bool:
    return [row[4:] for row in means(visit, "outcomes")] != [row[4:] for row in before.values()]


def study(visit: Visit) -> Any:
    return visit.page.evaluate("JSON.parse(document.getElementById('study').textContent)")


def test_means_go_to_other_places_and_keep_their_values(visit: Visit) -> None:
    visit.draw("outcomes")
    before = {row[0]: row for row in means(visit, "outcomes")}
    give(visit, "colour", "depth")
    wait_until(visit, lambda: moved(visit, before))
    after = {row[0]: row for row in means(visit, "outcomes")}
    known = study(visit)
    assert set(after) == set(before) == set(range(18))
    for variant, (_, mean, half, colour, title, x) in after.items():
        activation, depth, scale = known["variants"][variant]
        assert (mean, half) == tuple(before[variant][1:3])
        assert colour == known["looks"][depth]["light"]
        assert round(x) == activation
        assert title == f"scale {FACTORS['model.init.scale'][scale]:g}"
    legend = visit.page.locator("#figure-outcomes .key")
    assert legend.all_inner_texts() == ["1", "2", "4"]
    assert not visit.wrong


def test_curves_follow_and_the_link_keeps_it(visit: Visit, browser: Browser, report: Path) -> None:
    give(visit, "panels", "activation")
    figure = visit.draw("curves")
    titles = figure.query_selector_all("h4")
    assert titles[0].inner_text() == "depth 1, activation sigmoid"
    assert len(titles) == 9
    other = Visit(browser, report, fragment=visit.page.evaluate("location.hash"))
    other.draw("curves")
    assert points(other, "curves") == points(visit, "curves")
    assert other.page.get_by_label("colour", exact=True).input_value() == "model.init.scale"
    hovers = other.page.evaluate(
        """[...document.querySelectorAll('#figure-curves .plot')].flatMap(plot => plot.data)
            .filter(trace => !trace.fill).map(trace => trace.hovertemplate.split('%')[0])"""
    )
    assert set(hovers) == {"scale 0.5 ", "scale 1 "}
    assert not visit.wrong + other.wrong


def test_gradients_follow(visit: Visit) -> None:
    give(visit, "colour", "scale")
    figure = visit.draw("delta")
    titles = [title.inner_text() for title in figure.query_selector_all("h4")]
    assert titles[:2] == ["before training, activation sigmoid", "before training, activation tanh"]
    assert not visit.wrong


FOLLOWS = {  # figures besides those above → titles of their first panels
    "cost": ["scale 0.5", "scale 1"],
    "factor_per_layer": ["before training, scale 0.5", "before training, scale 1"],
    "delta_map": ["scale 0.5, depth 1", "scale 0.5, depth 2"],
    "phase": ["sigmoid", "tanh"],
    "influence_depth": ["before training", "after 5 epochs"],
    "path_factors": ["before training, depth 1", "before training, depth 2"],
    "pre_activations": ["depth 1", "depth 2"],
}
DRAWN = """name => [...document.querySelectorAll(`#figure-${name} .plot`)]
    .flatMap(plot => plot.data).filter(trace => trace.legendgroup !== undefined).flatMap(trace => {
        const colours = [trace.fillcolor, trace.line?.color, trace.marker?.color];
        const { variant, variants } = trace.meta;
        return (variants ?? [variant]).map(each => [each, colours.find(Boolean)]);
    })"""


def test_colours_mean_levels_of_the_chosen_factor(visit: Visit) -> None:
    note = visit.page.locator("#figure-main_effects .stays")
    assert not note.is_visible()
    give(visit, "colour", "depth")
    known = study(visit)
    for name, expected in FOLLOWS.items():
        figure = visit.draw(name)
        titles = [title.inner_text() for title in figure.query_selector_all("h4")]
        assert titles[:2] == expected
        drawn = visit.page.evaluate(DRAWN, name)
        assert bool(drawn) == (name != "delta_map")  # a map's colours are values
        for variant, colour in drawn:
            light = known["looks"][known["variants"][variant][1]]["light"]
            assert colour in (light, soft(light), INK[0])
        assert figure.query_selector(".stays:not([hidden])") is None
    visit.draw("main_effects")  # which does not follow, and says so
    assert note.is_visible()
    legend = visit.page.locator("#figure-main_effects .key")
    assert legend.all_inner_texts() == FACTORS["model.activation"]
    assert not visit.wrong


def test_figures_across_tasks_follow_all_but_the_task(browser: Browser, tmp_path: Path) -> None:
    """What they show is of all tasks together, so chips leave it as it is."""
    factors: Factors = {
        "model.activation": ["sigmoid", "tanh"],
        "task.name": ["a", "b"],
        "model.depth": [1, 2],
    }
    sample = Sample(study="tasks", factors=factors, replicates=3, epochs=5)
    visit = Visit(browser, build_report(write(tmp_path, sample)).path)
    give(visit, "colour", "depth")
    heads = "#figure-across_tasks h4"
    visit.draw("across_tasks")
    titles = ["activation sigmoid", "activation tanh"]
    assert visit.page.locator(heads).all_inner_texts() == titles
    assert {each[0] for each in visit.page.evaluate(DRAWN, "across_tasks")} == {0, 1, 4, 5}
    chip(visit, "activation", "tanh").click()
    visit.settle()
    assert visit.page.locator(heads).all_inner_texts() == titles
    give(visit, "colour", "task")
    visit.draw("across_tasks")
    assert visit.page.locator(heads).all_inner_texts() == ["depth 1", "depth 2"]
    assert visit.page.locator("#figure-across_tasks .stays").is_visible()
    assert not visit.wrong


def test_an_axis_loses_the_levels_that_chips_hide(visit: Visit) -> None:
    visit.draw("outcomes")
    chip(visit, "depth", "2").click()
    ticks = "document.querySelector('#figure-outcomes .plot').layout.xaxis.ticktext"
    wait_until(visit, lambda: visit.page.evaluate(ticks) == ["1", "4"])
    assert {round(row[5]) for row in means(visit, "outcomes")} == {0, 1}
    assert not visit.wrong


@pytest.mark.parametrize("fragment", ["#role.colour=model.depth", "#role.x=nonsense", "#role.x="])
def test_links_that_name_no_proper_roles_are_passed_over(
    browser: Browser, report: Path, fragment: str
) -> None:
    visit = Visit(browser, report, size=PHONE, fragment=fragment)
    assert visit.page.get_by_label("colour", exact=True).input_value() == "model.activation"
    assert not visit.wrong
