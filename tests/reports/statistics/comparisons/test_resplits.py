"""Intervals for other data where every replicate splits the same pool."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from benchmarks.calibrated.kinds import TEST, TRAIN, resplit
from orchestrator.plan_document import Data, Level, PlanDocument, Task
from orchestrator.reports.statistics.comparisons.comparisons import comparisons
from orchestrator.reports.statistics.comparisons.resplits import corrected_half_width, resplits
from orchestrator.reports.statistics.comparisons.signflip import signflip_p
from tests.reports.sample import Sample, parse_plan, plan_document

DIGITS = Data("resplit", 1797, 1197, 300, 300)
N = 8


def plan(*datas: Data, metric: str = "accuracy") -> PlanDocument:
    """Two activations; the factor `task.test_examples` where there are several tasks."""
    factors: dict[str, list[Level]] = {"model.activation": ["sigmoid", "tanh"]}
    if len(datas) > 1:
        factors["task.test_examples"] = [data.n_test for data in datas]
    made = parse_plan(plan_document(Sample(factors=factors, metric=metric)))
    tasks = tuple(Task({"task.test_examples": data.n_test}, "", data) for data in datas)
    return dataclasses.replace(made, tasks=tasks)


def intervals(made: PlanDocument, n: int = N) -> dict[str, tuple[float, float]]:
    """Of simulated values."""
    rng = np.random.default_rng(0)
    values = {v.variant_id: dict(enumerate(rng.normal(size=n))) for v in made.variants}
    return resplits(made, comparisons(made, values).rows)


def test_the_interval_is_the_corrected_t_test_inverted() -> None:
    d = np.array([0.02, 0.01, 0.03, -0.01, 0.02, 0.00])
    error = np.sqrt((1 / 6 + 300 / 1197) * d.var(ddof=1))
    half = corrected_half_width(6, d.std(ddof=1), 300 / 1197)
    assert half == pytest.approx(stats.t.ppf(0.975, 5) * error)
    assert half > 1.5 * stats.t.ppf(0.975, 5) * d.std(ddof=1) / np.sqrt(6)


def test_more_replicates_hardly_narrow_it() -> None:
    wide, narrow = (float(corrected_half_width(n, np.array(1.0), 0.25)) for n in (20, 1000))
    assert 0.85 < narrow / wide < 1
    assert narrow > 1.96 * 0.5


def test_a_study_that_splits_one_pool_has_an_interval_per_comparison() -> None:
    made = plan(DIGITS)
    found = intervals(made)
    assert set(found) == {v.variant_id for v in made.variants if v.baseline != v.variant_id}
    ((low, high),) = found.values()
    assert high > low


@pytest.mark.parametrize(
    "data",
    [
        Data("generated", None, 1000, 200, 200),
        Data("fixed", None, 1197, 300, 300),
        Data("unknown", None, None, None, None),
        Data("resplit", None, None, None, None),
    ],
)
def test_other_data_have_none(data: Data) -> None:
    assert intervals(plan(data)) == {}


def test_a_metric_of_another_split_has_none() -> None:
    made = plan(DIGITS)
    compare = dataclasses.replace(made.compare, metric="validation/accuracy")
    assert intervals(dataclasses.replace(made, compare=compare)) == {}


def test_each_comparison_has_the_sizes_of_its_own_task() -> None:
    made = plan(DIGITS, dataclasses.replace(DIGITS, n_test=100))
    found = intervals(made)
    widths = {v.levels["task.test_examples"]: found[v.variant_id] for v in made.variants
              if v.variant_id in found}  # fmt: skip
    assert set(widths) == {300, 100}
    alone = dataclasses.replace(made, tasks=(made.tasks[0],))
    assert set(intervals(alone)) == {
        v.variant_id
        for v in made.variants
        if v.variant_id in found and v.levels["task.test_examples"] == 300
    }


def test_equal_learners_on_a_pool_that_is_split_again_and_again() -> None:
    """With 20 replicates the sign-flip test finds a difference in every third study or so."""
    values = resplit(np.random.default_rng(7), 400, 20, 1)
    d = values[:, :, 1] - values[:, :, 0]
    half = corrected_half_width(20, d.std(axis=1, ddof=1), TEST / TRAIN)
    assert (np.abs(d.mean(axis=1)) > half).mean() < 0.05
    student = stats.ttest_1samp(d, 0, axis=1).pvalue <= 0.05
    assert 0.2 < student.mean() < 0.45
    exact = np.array([signflip_p(each[:16, None])[0] for each in d[:40]]) <= 0.05
    assert exact.mean() > 0.15
