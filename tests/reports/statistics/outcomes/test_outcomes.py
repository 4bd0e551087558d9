"""Summaries against numpy and scipy; nothing is dropped silently."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.outcomes import outcomes
from tests.reports.some import some

COMPARE = Compare("test/accuracy", "maximize", "share", {}, None)


def trials(
    values: Sequence[float | None] | Floats, statuses: Sequence[str] | None = None
) -> pd.DataFrame:
    """One variant; None stands for a trial without a final value."""
    return pd.DataFrame(
        {
            "variant_id": "v",
            "replicate": range(len(values)),
            "status": statuses or ["completed"] * len(values),
            "final.test/accuracy": values,
        }
    )


def test_numbers_of_a_variant() -> None:
    x = np.random.default_rng(0).normal(0.8, 0.05, 10)
    found = outcomes(trials(x), COMPARE)["v"]
    low, high = stats.t.interval(0.95, 9, x.mean(), stats.sem(x))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.mean, found.sd) == pytest.approx((x.mean(), x.std(ddof=1)))
    assert found.median == pytest.approx(np.median(x))
    assert list(found.values.values()) == pytest.approx(x)


def test_an_interval_ends_where_the_metric_does() -> None:
    found = outcomes(trials([1.0, 1.0, 1.0, 0.9]), COMPARE)["v"]
    assert some(found.mean) + 3.182 * some(found.sd) / 2 > 1
    assert found.high == 1
    assert some(found.low) == pytest.approx(stats.t.interval(0.95, 3, 0.975, 0.025)[0])


def test_lost_trials_are_counted_and_not_averaged() -> None:
    table = trials(
        [0.5, None, 0.7, None, None], ["completed", "diverged", "completed", "failed", "missing"]
    )
    found = outcomes(table, COMPARE)["v"]
    assert found.counts == {"completed": 2, "diverged": 1, "failed": 1, "missing": 1}
    assert found.values == {0: 0.5, 2: 0.7}
    assert found.mean == pytest.approx(0.6)


def test_one_and_no_value() -> None:
    one = outcomes(trials([0.5]), COMPARE)["v"]
    assert (one.mean, one.median, one.sd, one.low) == (0.5, 0.5, None, None)
    none = outcomes(trials([None], ["failed"]), COMPARE)["v"]
    assert (none.n, none.mean, none.low) == (0, None, None)


def test_a_metric_that_no_trial_has() -> None:
    assert outcomes(trials([0.5]), replace(COMPARE, metric="test/loss"))["v"].n == 0
