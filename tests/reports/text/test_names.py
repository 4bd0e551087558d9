"""How things are called, and which factor plays which part."""

import pytest

from orchestrator.reports.data.read import parse_plan
from orchestrator.reports.roles import Roles, roles
from orchestrator.reports.text import names
from tests.reports.sample import FACTORS, Sample, plan_document


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (names.value_text(0.9531, "share"), "95.3 %"),
        (names.value_text(0.00012345, "nat"), "0.0001234"),
        (names.value_text(None, "share"), "–"),
        (names.value_text(float("nan"), "nat"), "–"),
        (names.difference_text(0.1234, "share"), "+12.3"),
        (names.difference_text(-0.05, "share"), "−5.0"),
        (names.difference_text(-0.0001, "share"), "0.0"),
        (names.difference_text(-1.5e-3, "nat"), "−0.0015"),
        (names.interval_text(0.9, 0.95, "share"), "[90.0, 95.0 %]"),
        (names.interval_text(-0.01, 0.02, "share", signed=True), "[−1.0, +2.0]"),
        (names.interval_text(None, 0.95, "share"), "–"),
        (names.p_text(0.0319), ".032"),
        (names.p_text(0.0002), "< .001"),
        (names.p_text(1.0), "1.000"),
        (names.factor_text(0.2345), "0.23"),
        (names.factor_text(3.14e-8), "3.1·10⁻⁸"),
        (names.factor_text(1234.5), "1234"),
        (names.factor_text(0.0), "0"),
        (names.duration_text(9.66), "9.7 s"),
        (names.duration_text(67.2), "1 min 7 s"),
        (names.duration_text(3599.9), "1 h 0 min"),
        (names.duration_text(None), "–"),
        (names.count_text(1, "trial"), "1 trial"),
        (names.count_text(12000, "trial"), "12,000 trials"),
        (names.level_text(True), "yes"),
        (names.level_text(0.50), "0.5"),
        (names.level_text(None), "none"),
        (names.level_name("depth", 8), "depth 8"),
        (names.level_name("activation", "tanh"), "tanh"),
    ],
)
def test_texts(call, expected):
    assert call == expected


def test_short_names_stay_distinct():
    found = names.short_names(["model.init.scale", "task.scale", "model.depth"])
    assert found == {
        "model.init.scale": "init.scale",
        "task.scale": "task.scale",
        "model.depth": "depth",
    }


def found_roles(factors, baseline):
    return roles(parse_plan(plan_document(Sample(factors=factors, baseline=baseline))))


def test_roles_of_the_main_study():
    found = found_roles(FACTORS, {"model.activation": "sigmoid"})
    assert found == Roles("model.activation", "model.depth", "model.init.scale", None, ())


def test_colour_is_what_the_baseline_names_not_what_stands_first():
    factors = {"a.size": [1, 2, 3], "b.kind": ["x", "y"], "c.flag": [True, False]}
    found = found_roles(factors, {"b.kind": "x"})
    assert (found.colour, found.x, found.columns) == ("b.kind", "a.size", "c.flag")


def test_a_switch_is_no_scale():
    factors = {"a.kind": ["x"], "b.flag": [True, False], "c.size": [1, 2]}
    assert found_roles(factors, {"a.kind": "x"}).x == "c.size"


@pytest.mark.parametrize("count", range(6))
def test_every_factor_has_exactly_one_part(count):
    factors = {f"f.{i}": [1, 2] for i in range(count)}
    found = found_roles(factors, {})
    parts = [found.colour, found.x, found.columns, found.rows, *found.rest]
    assert sorted(part for part in parts if part) == sorted(factors)
