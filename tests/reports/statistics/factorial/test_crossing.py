"""From a study to the array of its levels: which studies are crossed, and where holes are."""

import numpy as np

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.factorial.crossing import crossing
from tests.reports.sample import Factors, Sample, parse_plan, plan_document
from tests.reports.some import some

TWO: Factors = {
    "model.activation": ["sigmoid", "tanh"],
    "model.depth": [1, 2, 3],
    "model.width": [30],
}


def values_of(plan: PlanDocument) -> dict[str, dict[int, float]]:
    return {
        v.variant_id: {r: place + r / 10 for r in range(3)} for place, v in enumerate(plan.variants)
    }


def test_a_crossed_study_becomes_an_array_of_its_levels() -> None:
    plan = parse_plan(plan_document(Sample(factors=TWO, replicates=3)))
    found = some(crossing(plan, values_of(plan)))
    assert found.factors == ("model.activation", "model.depth")
    assert found.table.shape == (2, 3, 3)
    assert found.table[1, 0].tolist() == [3.0, 3.1, 3.2]


def test_excluded_combinations_are_holes_and_other_designs_are_none() -> None:
    document = plan_document(Sample(factors=TWO, replicates=3))
    document["variants"].pop(2)
    plan = parse_plan(document)
    assert np.isnan(some(crossing(plan, values_of(plan))).table[0, 2]).all()
    plan = parse_plan(document | {"design": "one_at_a_time"})
    assert crossing(plan, values_of(plan)) is None


def test_factors_that_some_variants_lack_are_not_crossed() -> None:
    document = plan_document(Sample(factors=TWO, replicates=3))
    del document["variants"][0]["levels"]["model.depth"]
    plan = parse_plan(document)
    assert crossing(plan, values_of(plan)) is None


def test_one_factor_is_no_crossing() -> None:
    plan = parse_plan(plan_document(Sample(factors={"model.depth": [1, 2]}, replicates=3)))
    assert crossing(plan, values_of(plan)) is None
