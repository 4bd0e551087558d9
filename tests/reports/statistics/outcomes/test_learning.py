"""A variant beside its task's baseline, and how many of its seeds have learnt."""

from dataclasses import replace

import numpy as np
import pytest

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.outcomes.learning import (
    LEARNT,
    NEAR,
    Learning,
    learning,
    unlearnt,
)
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.statistics.tasks.baselines import Baseline

SHARE = Compare("test/accuracy", "maximize", "share", {}, 0.005)
ERROR = Compare("test/mse", "minimize", "squared unit", {}, 0.005)


def outcome(
    low: float | None, high: float | None, values: list[float], diverged: int = 0
) -> Outcome:
    mean = float(np.mean(values)) if values else None
    counts = {"completed": len(values), "diverged": diverged}
    return Outcome("v", dict(enumerate(values)), counts, mean, 0.1, None, low, high)


def of(compare: Compare, least: float, result: Outcome) -> Learning:
    baselines = {compare.metric.split("/")[1]: (Baseline(least, ("v",)),)}
    return learning(compare, {"v": result}, baselines)["v"]


@pytest.mark.parametrize(
    ("low", "high", "place"),
    [
        (0.73, 0.83, "worse"),  # "78 % [73, 83] against 88 %"
        (0.73, 0.90, "open"),
        (0.881, 0.95, "better"),
        (0.879, 0.8805, "at"),  # surely near, though both sides are possible
        (0.8785, 0.8795, "at"),  # surely below, by nothing that matters
        (None, None, "open"),
    ],
)
def test_a_mean_is_better_worse_at_the_baseline_or_open(
    low: float | None, high: float | None, place: str
) -> None:
    assert of(SHARE, 0.88, outcome(low, high, [0.8, 0.8])).place == place
    mirrored = outcome(
        None if high is None else 1 - high, None if low is None else 1 - low, [0.2, 0.2]
    )
    assert of(replace(SHARE, direction="minimize"), 0.12, mirrored).place == place


def test_an_error_is_better_below_its_baseline() -> None:
    assert of(ERROR, 1 / 6, outcome(0.001, 0.002, [0.001, 0.002])).place == "better"
    assert of(ERROR, 1 / 6, outcome(0.2, 0.3, [0.2, 0.3])).place == "worse"


def test_seeds_that_learnt_are_counted_and_a_diverged_one_did_not() -> None:
    some = outcome(0.1, 0.6, [0.1, 0.95, 0.11, 0.94, 0.1, 0.12], diverged=2)
    found = of(SHARE, 0.1, some)
    assert (found.learnt, found.seeds, found.learns) == (2, 8, None)
    edge = of(
        SHARE, 0.1, outcome(None, None, [0.1 + 0.9 * LEARNT + 1e-9, 0.1 + 0.9 * LEARNT - 1e-9])
    )
    assert (edge.learnt, edge.seeds) == (1, 2)


def test_a_mean_learns_where_its_whole_interval_came_far_enough() -> None:
    assert of(SHARE, 0.1, outcome(0.20, 0.9, [0.5, 0.6])).learns is True
    assert of(SHARE, 0.1, outcome(0.12, 0.9, [0.5, 0.6])).learns is None
    assert of(SHARE, 0.1, outcome(0.09, 0.11, [0.1, 0.1])).learns is False
    assert of(SHARE, 0.1, outcome(0.5, 0.9, [0.7, 0.7], diverged=1)).learns is None


def test_without_a_best_value_no_seed_is_counted() -> None:
    reward = Compare("test/reward", "maximize", "reward", {}, None)
    found = of(reward, 1.0, outcome(2.0, 3.0, [2.0, 3.0]))
    assert (found.place, found.learnt, found.learns) == ("better", None, None)


def test_exactly_the_baseline_is_at_it_whatever_rounding_does() -> None:
    least = float(np.mean([0.1, 0.2, 0.3]))
    assert of(SHARE, least, outcome(least - 1e-16, least - 1e-16, [least] * 3)).place == "at"
    reward = Compare("test/reward", "maximize", "reward", {}, None)
    assert of(reward, least, outcome(least - 1e-16, least - 1e-16, [least] * 3)).place == "at"


@pytest.mark.parametrize("seed", range(40))
def test_at_the_baseline_means_an_interval_that_stays_near_it(seed: int) -> None:
    """Whatever the data: no claim without the interval behind it."""
    rng = np.random.default_rng(seed)
    least, centre = rng.uniform(0.05, 0.9), rng.uniform(0, 1)
    half = rng.exponential(0.05)
    found = of(SHARE, least, outcome(centre - half, centre + half, [centre] * 4))
    near = NEAR * (1 - least)
    assert (found.place == "at") == (abs(centre - least) + half <= near)
    assert found.place != "better" or centre - half > least
    assert found.place != "worse" or centre + half < least


def test_variants_not_shown_to_be_better_are_unlearnt() -> None:
    results = {name: outcome(low, low + 0.2, [low, low + 0.2]) for name, low in
               (("a", 0.4), ("b", 0.2), ("c", 0.6))}  # fmt: skip
    baselines = {"accuracy": (Baseline(0.5, ("a", "b", "c")),)}
    assert unlearnt(learning(SHARE, results, baselines)) == ("a", "b")
    assert learning(SHARE, results, {}) == {}
