"""Verdicts against scipy, in every case that a study can get into."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from scipy import stats

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.comparisons.comparisons import (
    Comparison,
    Verdict,
    comparisons,
    contrasts,
)
from orchestrator.reports.statistics.intervals import Floats
from tests.reports.sample import Factors, Levels, Sample, parse_plan, plan_document
from tests.reports.some import some

TWO = {"model.activation": ["sigmoid", "tanh"]}
SIGMOID = {"model.activation": "sigmoid"}
Values = Mapping[int, float] | Sequence[float] | Floats


def plan(
    factors: Factors = TWO,
    baseline: Levels = SIGMOID,
    direction: str = "maximize",
    smallest_difference: float | None = 0.005,
) -> PlanDocument:
    document = plan_document(Sample(factors=factors, baseline=baseline, replicates=10))
    document["compare"] |= {"direction": direction, "smallest_difference": smallest_difference}
    return parse_plan(document)


def compare(
    a: Values, b: Values, direction: str = "maximize", smallest_difference: float | None = 0.005
) -> Comparison:
    """One comparison of tanh (a) with sigmoid (b); in the order of replicates, or by replicate."""
    made = plan(direction=direction, smallest_difference=smallest_difference)
    sigmoid, tanh = (variant.variant_id for variant in made.variants)
    of = {tanh: a, sigmoid: b}
    values = {k: v if isinstance(v, Mapping) else dict(enumerate(v)) for k, v in of.items()}
    (row,) = comparisons(made, values).rows
    return row


def pair(n: int, shift: float, sd: float = 0.02, seed: int = 0) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    b = rng.normal(0.8, 0.05, n)
    return b + shift + rng.normal(0, sd, n), b


def test_paired_numbers_are_scipys() -> None:
    a, b = pair(10, 0.03)
    row = compare(a, b)
    alone = some(row.ci_low), some(row.ci_high)
    for end, inwards in zip(alone, (1e-9, -1e-9), strict=True):
        assert _scipys_p(a - b - end - inwards) > 0.05 >= _scipys_p(a - b - end + inwards)
    assert (row.simultaneous_low, row.simultaneous_high) == pytest.approx(alone)
    assert row.difference == pytest.approx(np.mean(a - b))
    assert row.effect_size == pytest.approx(np.mean(a - b) / np.std(a - b, ddof=1))
    assert row.prob_better == np.mean(a > b)
    assert row.p_value == pytest.approx(_scipys_p(a - b))
    assert (row.method, row.n, row.verdict) == ("paired", 10, "better")


def _scipys_p(differences: Floats) -> float:
    test = stats.permutation_test((differences,), np.mean, permutation_type="samples")
    return float(test.pvalue)


@pytest.mark.parametrize(
    ("direction", "shift", "expected"),
    [
        ("maximize", 0.1, "better"),
        ("maximize", -0.1, "worse"),
        ("minimize", 0.1, "worse"),
        ("minimize", -0.1, "better"),
    ],
)
def test_direction_decides_what_better_means(
    direction: str, shift: float, expected: Verdict
) -> None:
    a, b = pair(10, shift)
    row = compare(a, b, direction=direction)
    assert row.verdict == expected
    assert row.prob_better == (1.0 if expected == "better" else 0.0)


def test_equivalent_needs_a_smallest_difference_around_the_interval() -> None:
    a, b = pair(10, 0.0005, sd=0.001)
    assert compare(a, b, smallest_difference=0.005).verdict == "equivalent"
    assert compare(a, b, smallest_difference=0.0001).verdict == "undecided"
    assert compare(a, b, smallest_difference=None).verdict == "undecided"


def test_a_certain_but_tiny_difference_is_equivalent() -> None:
    a, b = pair(10, 0.003, sd=0.0005)
    assert compare(a, b, smallest_difference=0.005).verdict == "equivalent"
    assert compare(a, b, smallest_difference=None).verdict == "better"


def test_noise_is_undecided() -> None:
    a, b = pair(10, 0.0, sd=0.05)
    assert compare(a, b).verdict == "undecided"


def test_below_six_replicates_nothing_is_decided() -> None:
    a, b = pair(5, 0.5)
    row = compare(a, b)
    assert row.p_value == 2 / 2**5
    assert row.descriptive
    assert row.verdict == "undecided"


def test_one_replicate_has_a_difference_and_nothing_else() -> None:
    row = compare([0.9], [0.8])
    assert row.difference == pytest.approx(0.1)
    assert (row.ci_low, row.effect_size, row.p_value) == (None, None, 1.0)


def test_equal_differences_have_no_effect_size_but_a_verdict() -> None:
    row = compare([0.5 + i / 16 + 0.25 for i in range(8)], [0.5 + i / 16 for i in range(8)])
    assert row.effect_size is None
    assert (row.ci_low, row.ci_high) == pytest.approx((0.25, 0.25))
    assert (row.p_value, row.verdict) == (2 / 2**8, "better")


def test_identical_variants() -> None:
    row = compare([0.5] * 8, [0.5] * 8)
    assert (row.difference, row.p_value, row.effect_size, row.prob_better) == (0, 1, 0, 0.5)
    assert row.verdict == "equivalent"


def test_missing_pairs_are_compared_with_welch() -> None:
    a, b = pair(10, 0.1)
    kept = {r: a[r] for r in range(10) if r not in (2, 5)}
    row = compare(kept, b)
    theirs = stats.ttest_ind(list(kept.values()), b, equal_var=False)
    interval = theirs.confidence_interval(0.95)
    assert (row.method, row.n) == ("unpaired", 8)
    assert (row.p_value, row.p_adjusted) == pytest.approx((theirs.pvalue, theirs.pvalue))
    assert (row.ci_low, row.ci_high) == pytest.approx((interval.low, interval.high))
    wins = stats.mannwhitneyu(list(kept.values()), b).statistic / 80
    assert row.prob_better == pytest.approx(wins)


def test_nothing_on_one_side() -> None:
    row = compare({}, [0.5] * 8)
    assert (row.method, row.n, row.verdict) == ("none", 0, "undecided")
    assert (row.difference, row.p_value, row.p_adjusted) == (None, None, None)


FACTORS: Factors = {"model.activation": ["sigmoid", "tanh", "relu"], "model.depth": [1, 2]}


def test_each_variant_meets_the_baseline_with_its_other_levels() -> None:
    made = plan(FACTORS)
    levels = {variant.variant_id: variant.levels for variant in made.variants}
    pairs, orphans = contrasts(made.variants)
    assert len(pairs) == 4
    assert not orphans
    for variant, baseline in pairs:
        assert levels[variant]["model.activation"] != "sigmoid"
        assert levels[baseline] == {**levels[variant], "model.activation": "sigmoid"}


def test_a_baseline_of_all_factors_is_one_variant() -> None:
    made = plan(FACTORS, baseline={"model.activation": "sigmoid", "model.depth": 1})
    pairs, _ = contrasts(made.variants)
    assert len(pairs) == 5
    assert len({baseline for _, baseline in pairs}) == 1


def test_a_variant_whose_baseline_is_excluded_is_named() -> None:
    made = plan(FACTORS)
    kept = made.variants[1:]  # without sigmoid at depth 1
    pairs, orphans = contrasts(kept)
    assert len(pairs) == 2
    assert len(orphans) == 2


def family(
    n: int, contrasts_wanted: int, shift: float = 0.5
) -> tuple[PlanDocument, dict[str, dict[int, float]]]:
    """(plan, values): one baseline and many variants, all far above it."""
    names = ["sigmoid", *(f"a{i}" for i in range(contrasts_wanted))]
    made = plan({"model.activation": names})
    rng = np.random.default_rng(0)
    values = {v.variant_id: dict(enumerate(rng.normal(0, 0.01, n))) for v in made.variants}
    for variant in made.variants[1:]:
        values[variant.variant_id] = {r: x + shift for r, x in values[variant.variant_id].items()}
    return made, values


@pytest.mark.parametrize("variants", [1, 20, 36])
def test_every_paired_family_reaches_the_smallest_p_of_its_pairs(variants: int) -> None:
    made, values = family(10, variants)
    found = comparisons(made, values)
    assert found.adjustment == "step-down max-T"
    assert {row.verdict for row in found.rows} == {"better"}
    assert all(row.p_adjusted == pytest.approx(2 / 2**10) for row in found.rows)


def test_the_interval_of_one_far_difference_agrees_with_its_verdict() -> None:
    """Student's would be .93 [-1.17, +3.02] beside the verdict better."""
    b = np.full(6, 0.5)
    row = compare(b + np.array([0.1, 0.12, 0.11, 0.1, 0.13, 5.0]), b)
    assert row.verdict == "better"
    assert (row.ci_low, row.ci_high) == pytest.approx((0.1, 1.0))  # of shares: at most 100 points


def test_shares_differ_by_at_most_one() -> None:
    row = compare([1, 1, 1, 1, 1, 0, 1, 1], [0.0] * 8)
    assert some(row.simultaneous_high) == 1.0


def test_unpaired_contrasts_in_a_max_t_family_get_their_share_of_the_error() -> None:
    made, values = family(10, 36)
    for variant in made.variants[1:13]:
        del values[variant.variant_id][4]
    found = comparisons(made, values)
    paired = [row for row in found.rows if row.method == "paired"]
    unpaired = [row for row in found.rows if row.method == "unpaired"]
    assert (len(paired), len(unpaired)) == (24, 12)
    assert all(row.p_adjusted == pytest.approx(36 / 24 * 2 / 2**10) for row in paired)
    assert all(some(row.p_adjusted) >= 2.99 * some(row.p_value) for row in unpaired)


def test_order_of_replicates_does_not_matter() -> None:
    made, values = family(10, 30, shift=0.005)
    turned = {name: dict(reversed(each.items())) for name, each in values.items()}
    for ours, theirs in zip(
        comparisons(made, values).rows, comparisons(made, turned).rows, strict=True
    ):
        assert ours.p_adjusted == pytest.approx(theirs.p_adjusted)
        assert ours.difference == pytest.approx(theirs.difference)
        assert ours.verdict == theirs.verdict
