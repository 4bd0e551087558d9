"""The pipeline as a whole, on studies whose truth is known: what it promises, by simulation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.comparisons.comparisons import comparisons
from orchestrator.reports.statistics.intervals import t_half_width
from tests.reports.sample import Sample, parse_plan, plan_document

LEVELS = ["sigmoid", "tanh", "relu", "softplus"]


def plan(replicates: int = 10, direction: str = "maximize") -> PlanDocument:
    document = plan_document(Sample(factors={"model.activation": LEVELS}, replicates=replicates))
    document["compare"]["direction"] = direction
    return parse_plan(document)


def simulated(
    made: PlanDocument, effects: Sequence[float], rng: np.random.Generator, sd: float = 0.01
) -> dict[str, dict[int, float]]:
    """Each replicate has an effect of its own, shared by all variants."""
    shared = rng.normal(0, 0.03, made.replicates)
    return {
        variant.variant_id: dict(enumerate(0.8 + effect + shared + rng.normal(0, sd, shared.size)))
        for variant, effect in zip(made.variants, effects, strict=True)
    }


def verdicts(made: PlanDocument, values: Mapping[str, Mapping[int, float]]) -> list[str]:
    return [row.verdict for row in comparisons(made, values).rows]


def test_the_interval_of_five_replicates_covers_the_mean_in_93_to_97_percent() -> None:
    x = np.random.default_rng(0).normal(0.8, 0.05, (20000, 5))
    half = t_half_width(np.full(len(x), 5), x.std(axis=1, ddof=1))
    assert 0.93 <= np.mean(np.abs(x.mean(axis=1) - 0.8) <= half) <= 0.97


@pytest.mark.parametrize("replicates", [6, 10])
@pytest.mark.slow
def test_a_study_of_equal_variants_rejects_at_most_7_percent(replicates: int) -> None:
    """200 A/A studies of four variants; the family of three comparisons counts as one."""
    made, rng = plan(replicates=replicates), np.random.default_rng(replicates)
    wrong = sum(
        bool({"better", "worse"} & {*verdicts(made, simulated(made, [0, 0, 0, 0], rng))})
        for _ in range(200)
    )
    assert wrong / 200 <= 0.07


def test_known_effects_get_their_verdicts() -> None:
    """Effects of +5 and −5 points are found, .0 is called equivalent, over noise of .1 points."""
    made, rng = plan(), np.random.default_rng(1)
    for _ in range(20):
        found = verdicts(made, simulated(made, [0, 0.05, -0.05, 0], rng, sd=0.001))
        assert found == ["better", "worse", "equivalent"]


def test_the_other_direction_mirrors_every_verdict() -> None:
    rng = np.random.default_rng(2)
    values = simulated(plan(), [0, 0.05, -0.05, 0.002], rng)
    mirrored = {"better": "worse", "worse": "better"}
    up, down = verdicts(plan(), values), verdicts(plan(direction="minimize"), values)
    assert down == [mirrored.get(word, word) for word in up]


def test_the_order_of_replicates_changes_nothing() -> None:
    made, rng = plan(), np.random.default_rng(3)
    values = simulated(made, [0, 0.01, -0.01, 0.002], rng)
    order = rng.permutation(10)
    moved = {name: {int(to): own[r] for r, to in enumerate(order)} for name, own in values.items()}
    for one, other in zip(
        comparisons(made, values).rows, comparisons(made, moved).rows, strict=True
    ):
        for name in ("difference", "ci_low", "ci_high", "p_value", "p_adjusted", "effect_size"):
            assert getattr(other, name) == pytest.approx(getattr(one, name))
        assert other.verdict == one.verdict


@given(st.floats(-3, 3), st.floats(0.1, 10))
def test_shift_and_scale_move_differences_and_intervals_and_no_verdict(
    shift: float, scale: float
) -> None:
    """Another unit: the smallest difference that matters is in it too."""
    made = plan()
    values = simulated(made, [0, 0.01, -0.05, 0.001], np.random.default_rng(4), sd=0.003)
    moved = {v: {r: shift + scale * x for r, x in own.items()} for v, own in values.items()}
    size = scale * (made.compare.smallest_difference or 0.0)
    other = replace(made, compare=replace(made.compare, smallest_difference=size))
    for one, two in zip(
        comparisons(made, values).rows, comparisons(other, moved).rows, strict=True
    ):
        for name in ("difference", "ci_low", "ci_high"):
            assert getattr(two, name) == pytest.approx(scale * getattr(one, name), abs=1e-9)
        for name in ("p_value", "p_adjusted", "prob_better", "effect_size"):
            assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-6)
        assert two.verdict == one.verdict
