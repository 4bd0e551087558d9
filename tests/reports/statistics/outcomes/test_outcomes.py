"""Summaries against numpy and scipy; nothing is dropped silently."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.outcomes import outcomes


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
    x = np.random.default_rng(0).normal(0.9, 0.05, 10)
    found = outcomes(trials(x), "test/accuracy")["v"]
    low, high = stats.t.interval(0.95, 9, x.mean(), stats.sem(x))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.mean, found.sd) == pytest.approx((x.mean(), x.std(ddof=1)))
    assert found.median == pytest.approx(np.median(x))
    assert list(found.values.values()) == pytest.approx(x)


def test_lost_trials_are_counted_and_not_averaged() -> None:
    table = trials(
        [0.5, None, 0.7, None, None], ["completed", "diverged", "completed", "failed", "missing"]
    )
    found = outcomes(table, "test/accuracy")["v"]
    assert found.counts == {"completed": 2, "diverged": 1, "failed": 1, "missing": 1}
    assert found.values == {0: 0.5, 2: 0.7}
    assert found.mean == pytest.approx(0.6)


def test_one_and_no_value() -> None:
    one = outcomes(trials([0.5]), "test/accuracy")["v"]
    assert (one.mean, one.median, one.sd, one.low) == (0.5, 0.5, None, None)
    none = outcomes(trials([None], ["failed"]), "test/accuracy")["v"]
    assert (none.n, none.mean, none.low) == (0, None, None)


def test_a_metric_that_no_trial_has() -> None:
    assert outcomes(trials([0.5]), "test/loss")["v"].n == 0
