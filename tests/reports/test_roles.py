"""Which factor plays which part."""

import pytest

from orchestrator.reports.roles import Roles, roles
from tests.reports.sample import FACTORS, Factors, Levels, Sample, parse_plan, plan_document


def found_roles(factors: Factors, baseline: Levels) -> Roles:
    return roles(parse_plan(plan_document(Sample(factors=factors, baseline=baseline))))


def test_roles_of_the_main_study() -> None:
    found = found_roles(FACTORS, {"model.activation": "sigmoid"})
    assert found == Roles("model.activation", "model.depth", "model.init.scale", None, ())


def test_colour_is_what_the_baseline_names_not_what_stands_first() -> None:
    factors: Factors = {"a.size": [1, 2, 3], "b.kind": ["x", "y"], "c.flag": [True, False]}
    found = found_roles(factors, {"b.kind": "x"})
    assert (found.colour, found.x, found.columns) == ("b.kind", "a.size", "c.flag")


def test_a_switch_is_no_scale() -> None:
    factors: Factors = {"a.kind": ["x"], "b.flag": [True, False], "c.size": [1, 2]}
    assert found_roles(factors, {"a.kind": "x"}).x == "c.size"


@pytest.mark.parametrize("count", range(6))
def test_every_factor_has_exactly_one_part(count: int) -> None:
    factors = {f"f.{i}": [1, 2] for i in range(count)}
    found = found_roles(factors, {})
    parts = [found.colour, found.x, found.columns, found.rows, *found.rest]
    assert sorted(part for part in parts if part) == sorted(factors)
