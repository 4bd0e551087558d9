"""Kaplan–Meier against statsmodels, against counting, and in the cases that textbooks leave out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest
from statsmodels.duration.survfunc import SurvfuncRight

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.kaplan_meier import Median, kaplan_meier, median
from orchestrator.reports.statistics.outcomes.solve_times import solve_times
from orchestrator.reports.statistics.outcomes.time_to_solve import TimeToSolve, time_to_solve
from tests.reports.sample import Sample, parse_plan, plan_document, write

Trials = list[tuple[int, bool]]  # time, and whether the trial got there
TRIALS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=2, max_size=25)


def arrays(trials: Trials) -> tuple[Floats, NDArray[np.bool_]]:
    times, reached = zip(*trials, strict=True)
    return np.array(times, dtype=float), np.array(reached)


def simulated(n: int, seed: int = 0) -> tuple[Floats, NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    times = rng.geometric(0.15, n).astype(float)
    return np.minimum(times, 10), times <= 10 - rng.integers(0, 3, n)


@pytest.mark.parametrize("n", [7, 21, 61])
def test_curve_error_and_median_are_those_of_statsmodels(n: int) -> None:
    times, reached = simulated(n)
    found, theirs = kaplan_meier(times, reached), SurvfuncRight(times, reached)
    at = np.isin(theirs.surv_times, found.times)
    assert found.left == pytest.approx(theirs.surv_prob[at])
    assert found.error == pytest.approx(theirs.surv_prob_se[at])
    low, high = theirs.quantile_ci(0.5, method="cloglog")
    half = median(found)
    assert half.value == theirs.quantile(0.5)
    assert half.low == low
    assert half.high == (None if np.isinf(high) else high)


@given(TRIALS)
def test_the_estimate_is_the_product_of_what_is_counted(trials: Trials) -> None:
    times, reached = arrays(trials)
    found = kaplan_meier(times, reached)
    left = 1.0
    for place, time in enumerate(sorted({t for t, r in trials if r})):
        risk = sum(t >= time for t, _ in trials)
        left *= 1 - sum(r and t == time for t, r in trials) / risk
        assert found.times[place] == time
        assert found.left[place] == pytest.approx(left, abs=1e-12)
    assert (np.diff(found.left) <= 0).all()
    assert (found.low <= found.left + 1e-12).all()
    assert (found.left <= found.high + 1e-12).all()


@given(TRIALS, st.randoms())
def test_the_order_of_trials_does_not_matter(trials: Trials, random: Random) -> None:
    shuffled = random.sample(trials, len(trials))
    for a, b in zip(
        vars(kaplan_meier(*arrays(trials))).values(),
        vars(kaplan_meier(*arrays(shuffled))).values(),
        strict=True,
    ):
        assert np.array_equal(a, b)


@given(TRIALS)
def test_counting_time_in_steps_moves_the_median_alone(trials: Trials) -> None:
    times, reached = arrays(trials)
    epochs, steps = (kaplan_meier(t, reached) for t in (times, 38 * times))
    assert np.array_equal(epochs.left, steps.left)
    value = median(epochs).value
    assert median(steps).value == (None if value is None else 38 * value)


def test_without_censoring_it_is_the_share_of_those_left() -> None:
    times = np.array([1.0, 2, 2, 5, 7, 7, 7, 9])
    found = kaplan_meier(times, np.ones(8, bool))
    assert found.left == pytest.approx([7 / 8, 5 / 8, 4 / 8, 1 / 8, 0], abs=1e-12)
    assert found.error[:-1] == pytest.approx(np.sqrt(found.left * (1 - found.left) / 8)[:-1])


def test_where_all_got_there_wilsons_bound_closes_the_band() -> None:
    found = kaplan_meier(np.full(6, 3.0), np.ones(6, bool))
    assert (found.left[0], found.low[0]) == (0, 0)
    assert found.high[0] == pytest.approx(binomtest(0, 6).proportion_ci(method="wilson").high)
    assert median(found) == Median(3, 3, 3)


def test_where_nobody_got_there_there_is_no_median() -> None:
    found = kaplan_meier(np.full(6, 20.0), np.zeros(6, bool))
    assert found.times.size == 0
    assert median(found) == Median(None, None, None)


def test_the_band_covers_the_truth() -> None:
    """Geometric times, censored after 12: at epoch 4 the share left is .85⁴."""
    rng, hits = np.random.default_rng(7), 0
    for _ in range(400):
        times = rng.geometric(0.15, 20).astype(float)
        found = kaplan_meier(np.minimum(times, 12), times <= 12)
        last = np.searchsorted(found.times, 4, side="right") - 1
        hits += found.low[last] <= 0.85**4 <= found.high[last] if last >= 0 else 0
    assert 0.92 <= hits / 400 <= 0.98


# ---------------------------------------------------------------- trials of a study


def study(epochs: int = 10) -> PlanDocument:
    document = plan_document(Sample(factors={"model.cell": ["rnn", "lstm"]}, epochs=epochs))
    return parse_plan(document)


def tables(flags: Mapping[str, Sequence[int]], statuses: Mapping[str, str]) -> TimeToSolve:
    """One variant; flags: trial → whether it is solved at epochs 0, 1, …"""
    plan = study()
    name = plan.variants[0].variant_id
    metrics = pd.DataFrame(
        [
            (trial, name, epoch, "test", "solved", float(flag))
            for trial, each in flags.items()
            for epoch, flag in enumerate(each)
        ],
        columns=["trial_id", "variant_id", "epoch", "split", "metric", "value"],
    )
    trials = pd.DataFrame({"trial_id": list(statuses), "variant_id": name,
                           "replicate": range(len(statuses)),
                           "status": list(statuses.values())})  # fmt: skip
    return time_to_solve(solve_times(plan, trials, metrics))[name]


def test_what_becomes_of_each_kind_of_trial() -> None:
    found = tables(
        {
            "solved": [0, 0, 1, 0, 1] + [1] * 6,  # first at epoch 2, though it lost it again
            "never": [0] * 11,
            "stopped": [0] * 5,  # early stopping: watched to epoch 4
            "diverged": [0] * 3,  # will never solve it: unsolved to epoch 10
            "failed": [0, 1],
        },
        {"solved": "completed", "never": "completed", "stopped": "completed",
         "diverged": "diverged", "failed": "failed", "missing": "missing"},
    )  # fmt: skip
    assert (found.n, found.solved, found.diverged, found.stopped) == (4, 1, 1, 1)
    assert found.last == 10
    assert found.curve.times.tolist() == [2.0]
    assert found.curve.left == pytest.approx([0.75])


def test_a_trial_that_diverged_after_it_solved_the_task_solved_it() -> None:
    found = tables({"a": [0, 1, 1]}, {"a": "diverged"})
    assert (found.solved, found.diverged) == (1, 0)


def test_it_agrees_with_the_curves_of_a_whole_study(memory: Path) -> None:
    made = read_tables(memory)
    found = time_to_solve(solve_times(made.plan, made.trials, made.metrics))
    assert found.keys() == {v.variant_id for v in made.plan.variants}
    rows = made.metrics[(made.metrics["metric"] == "solved") & (made.metrics["split"] == "test")]
    for name, each in found.items():
        own = rows[rows["variant_id"] == name]
        flags = own.pivot_table(index="replicate", columns="epoch", values="value")
        by_epoch = flags.cummax(axis=1)
        for time, left in zip(each.curve.times, each.curve.left, strict=True):
            assert left == pytest.approx(1 - by_epoch[int(time)].mean())


def test_tasks_that_cannot_be_solved_have_none(tmp_path: Path) -> None:
    made = read_tables(write(tmp_path, Sample(factors={"model.depth": [1, 2]}, probes=False)))
    assert time_to_solve(solve_times(made.plan, made.trials, made.metrics)) == {}
