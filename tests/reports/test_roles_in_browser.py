"""The reader gives colour, x axis and panels to other factors; figures are put together anew."""

import pytest

from reports.build import build_report
from tests.reports.browsing import MARKS, PHONE, Visit, wait_until
from tests.reports.sample import Sample, write
from tests.reports.test_chips_in_browser import chip, points

pytestmark = MARKS

FACTORS = {
    "model.activation": ["sigmoid", "tanh", "relu"],
    "model.depth": [1, 2, 4],
    "model.init.scale": [0.5, 1.0],
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    sample = Sample(study="roles", factors=FACTORS, replicates=3, epochs=5)
    return build_report(write(tmp_path_factory.mktemp("results"), sample)).path


def give(visit, role, factor):
    visit.page.get_by_label(role, exact=True).select_option(label=factor)


def means(visit, figure):
    """(variant, mean, half of its interval, colour, title of its panel, x) of each mean drawn."""
    return visit.page.evaluate(
        """name => [...document.querySelectorAll(`#figure-${name} .panel`)].flatMap(panel =>
            (panel.querySelector('.plot').data || []).filter(trace => trace.name === 'mean')
            .flatMap(trace => trace.meta.variants.map((variant, i) => [variant, trace.y[i],
                trace.error_y.array[i], trace.marker.color, panel.firstChild.textContent,
                trace.x[i]])))""",
        figure,
    )


def moved(visit, before):
    return [row[4:] for row in means(visit, "outcomes")] != [row[4:] for row in before.values()]


def study(visit):
    return visit.page.evaluate("JSON.parse(document.getElementById('study').textContent)")


def test_means_go_to_other_places_and_keep_their_values(visit):
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


def test_curves_follow_and_the_link_keeps_it(visit, browser, report):
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


def test_gradients_follow(visit):
    give(visit, "colour", "scale")
    figure = visit.draw("delta")
    titles = [title.inner_text() for title in figure.query_selector_all("h4")]
    assert titles[:2] == ["before training, activation sigmoid", "before training, activation tanh"]
    assert not visit.wrong


def test_an_axis_loses_the_levels_that_chips_hide(visit):
    visit.draw("outcomes")
    chip(visit, "depth", "2").click()
    ticks = "document.querySelector('#figure-outcomes .plot').layout.xaxis.ticktext"
    wait_until(visit, lambda: visit.page.evaluate(ticks) == ["1", "4"])
    assert {round(row[5]) for row in means(visit, "outcomes")} == {0, 1}
    assert not visit.wrong


@pytest.mark.parametrize("fragment", ["#role.colour=model.depth", "#role.x=nonsense", "#role.x="])
def test_links_that_name_no_proper_roles_are_passed_over(browser, report, fragment):
    visit = Visit(browser, report, size=PHONE, fragment=fragment)
    assert visit.page.get_by_label("colour", exact=True).input_value() == "model.activation"
    assert not visit.wrong
