"""Learning curves against numpy and scipy."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.curves import curves


def metrics(values: Sequence[Sequence[float]] | Floats) -> pd.DataFrame:
    """(replicates, epochs), NaN where a trial has no row."""
    return pd.DataFrame(
        [
            ("v", r, epoch, "test", "accuracy", value)
            for r, line in enumerate(values)
            for epoch, value in enumerate(line)
            if np.isfinite(value)
        ],
        columns=["variant_id", "replicate", "epoch", "split", "metric", "value"],
    )


def test_curve_by_epoch() -> None:
    values = np.random.default_rng(1).normal(0, 1, (6, 4))
    (curve,) = curves(metrics(values), {})
    low, high = stats.t.interval(0.95, 5, values.mean(axis=0), stats.sem(values))
    assert curve.metric == "test/accuracy"
    assert curve.epochs == (0, 1, 2, 3)
    assert curve.mean == pytest.approx(values.mean(axis=0))
    assert curve.low == pytest.approx(low)
    assert curve.high == pytest.approx(high)


def test_n_falls_where_a_trial_diverged() -> None:
    (curve,) = curves(metrics([[1.0, 2.0, 3.0], [3.0, np.nan, np.nan]]), {})
    assert curve.n == (2, 1, 1)
    assert curve.mean == pytest.approx([2.0, 2.0, 3.0])
    assert np.isnan(curve.low[1:]).all()


def test_order_of_rows_does_not_matter() -> None:
    table = metrics(np.random.default_rng(2).normal(0, 1, (5, 3)))
    (ours,), (theirs,) = curves(table, {}), curves(table.sample(frac=1, random_state=1), {})
    assert ours.mean == pytest.approx(theirs.mean)


def test_no_metrics_no_curves() -> None:
    assert curves(metrics([]), {}) == ()
