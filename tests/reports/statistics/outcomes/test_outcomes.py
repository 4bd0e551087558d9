"""Summaries against numpy and scipy; nothing is dropped silently."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.reports.statistics.outcomes.curves import curves
from orchestrator.reports.statistics.outcomes.failures import failures
from orchestrator.reports.statistics.outcomes.outcomes import outcomes


def trials(values, statuses=None):
    """One variant; None stands for a trial without a final value."""
    return pd.DataFrame(
        {
            "variant_id": "v",
            "replicate": range(len(values)),
            "status": statuses or ["completed"] * len(values),
            "final.test/accuracy": values,
        }
    )


def test_numbers_of_a_variant():
    x = np.random.default_rng(0).normal(0.9, 0.05, 10)
    found = outcomes(trials(x), "test/accuracy")["v"]
    low, high = stats.t.interval(0.95, 9, x.mean(), stats.sem(x))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.mean, found.sd) == pytest.approx((x.mean(), x.std(ddof=1)))
    assert found.median == pytest.approx(np.median(x))
    assert list(found.values.values()) == pytest.approx(x)


def test_lost_trials_are_counted_and_not_averaged():
    table = trials(
        [0.5, None, 0.7, None, None], ["completed", "diverged", "completed", "failed", "missing"]
    )
    found = outcomes(table, "test/accuracy")["v"]
    assert found.counts == {"completed": 2, "diverged": 1, "failed": 1, "missing": 1}
    assert found.values == {0: 0.5, 2: 0.7}
    assert found.mean == pytest.approx(0.6)


def test_one_and_no_value():
    one = outcomes(trials([0.5]), "test/accuracy")["v"]
    assert (one.mean, one.median, one.sd, one.low) == (0.5, 0.5, None, None)
    none = outcomes(trials([None], ["failed"]), "test/accuracy")["v"]
    assert (none.n, none.mean, none.low) == (0, None, None)


def test_a_metric_that_no_trial_has():
    assert outcomes(trials([0.5]), "test/loss")["v"].n == 0


def metrics(values):
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


def test_curve_by_epoch():
    values = np.random.default_rng(1).normal(0, 1, (6, 4))
    (curve,) = curves(metrics(values))
    low, high = stats.t.interval(0.95, 5, values.mean(axis=0), stats.sem(values))
    assert curve.metric == "test/accuracy"
    assert curve.epochs == (0, 1, 2, 3)
    assert curve.mean == pytest.approx(values.mean(axis=0))
    assert (curve.low, curve.high) == (pytest.approx(low), pytest.approx(high))


def test_n_falls_where_a_trial_diverged():
    (curve,) = curves(metrics([[1.0, 2.0, 3.0], [3.0, np.nan, np.nan]]))
    assert curve.n == (2, 1, 1)
    assert curve.mean == pytest.approx([2.0, 2.0, 3.0])
    assert np.isnan(curve.low[1:]).all()


def test_order_of_rows_does_not_matter():
    table = metrics(np.random.default_rng(2).normal(0, 1, (5, 3)))
    (ours,), (theirs,) = curves(table), curves(table.sample(frac=1, random_state=1))
    assert ours.mean == pytest.approx(theirs.mean)


def test_no_metrics_no_curves():
    assert curves(metrics([])) == ()


def test_lost_trials_are_grouped_by_cause_across_variants():
    table = pd.DataFrame(
        {
            "trial_id": list("abcde"),
            "variant_id": ["v", "v", "w", "w", "w"],
            "replicate": [0, 1, 0, 1, 2],
            "status": ["diverged", "failed", "failed", "completed", "diverged"],
            "error": ["loss was not finite in epoch 3", "E: x\n at 1", "E: x\n at 2", None, None],
            "epochs_done": [2, 0, 0, 20, float("nan")],
        }
    )
    failed, diverged = failures(table)
    assert (failed.status, failed.cause) == ("failed", "E: x")
    assert {v: [t.trial_id for t in ts] for v, ts in failed.by_variant.items()} == {
        "v": ["b"],
        "w": ["c"],
    }
    assert failed.trials[0].log == "E: x\n at 1"
    assert [(t.trial_id, t.epochs_done) for t in diverged.trials] == [("a", 2), ("e", 0)]
    assert diverged.trials[1].cause == "no message was recorded"
