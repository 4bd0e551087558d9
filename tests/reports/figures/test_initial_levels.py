"""Where the lists of a figure open, on results and sizes that are known."""

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Scheme, scheme
from orchestrator.reports.figures.initial_levels import initial_levels
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from tests.reports.sample import Factors, Sample, parse_plan, plan_document

FACTORS: Factors = {
    "model.activation": ["sigmoid", "tanh"],
    "model.depth": [1, 2, 8],
    "model.init.scale": [0.5, 1.0],
    "model.width": [4, 8],
}


def view() -> Scheme:
    return scheme(parse_plan(plan_document(Sample(factors=FACTORS, replicates=2))))


def outcome(variant: Variant, mean: float | None) -> Outcome:
    return Outcome(variant.variant_id, {}, {}, mean, None, None, None, None)


def test_lists_open_where_means_differ_most() -> None:
    """At scale 1 and width 8 sigmoid fails; elsewhere all are alike, or not known."""
    made = view()
    lost = {"model.activation": "sigmoid", "model.init.scale": 1.0, "model.width": 8}
    means = {
        v.variant_id: 0.2 if lost.items() <= v.levels.items() else 0.9 for v in made.plan.variants
    }
    results = {v.variant_id: outcome(v, means[v.variant_id]) for v in made.plan.variants}
    chosen = ("model.init.scale", None, "model.width")
    assert initial_levels(made, results, chosen) == {"model.init.scale": 1.0, "model.width": 8}
    nothing = {v.variant_id: outcome(v, None) for v in made.plan.variants}
    assert initial_levels(made, nothing, chosen) == {"model.init.scale": 0.5, "model.width": 4}


def test_lists_open_on_the_largest_network_by_the_factors_that_make_it() -> None:
    made = view()
    sizes = {
        v.variant_id: depth
        for v in made.plan.variants
        if v.levels["model.activation"] == "tanh"
        and isinstance(depth := v.levels["model.depth"], int)
    }
    paths = ("model.depth", None, "model.width")
    assert made.with_most(sizes, paths) == {"model.depth": 8}
    assert made.with_most({}, paths) == {}
