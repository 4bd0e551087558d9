"""Curves of single trials, and the gap between train and test, against numpy."""

import numpy as np
import pandas as pd
import pytest

from orchestrator.reports.statistics.outcomes.curves import curves, replicate_curves
from orchestrator.reports.statistics.outcomes.generalisation_gap import generalisation_gap

COLUMNS = ["variant_id", "replicate", "epoch", "split", "metric", "value"]


def rows(split: str, values: np.ndarray, metric: str = "accuracy") -> pd.DataFrame:
    """values: (replicates, epochs), NaN where a trial has no row."""
    found = [
        ("v", replicate, epoch, split, metric, values[replicate, epoch])
        for replicate, epoch in np.argwhere(np.isfinite(values))
    ]
    return pd.DataFrame(found, columns=COLUMNS)


def test_each_trial_has_its_line_and_ends_where_it_ended() -> None:
    values = np.random.default_rng(0).random((3, 4))
    values[1, 2:] = np.nan
    table = pd.concat([rows("test", values), rows("train", values + 1)])
    (found,) = replicate_curves(table.sample(frac=1, random_state=0), "test/accuracy")
    assert (found.variant_id, found.replicates, found.epochs) == ("v", (0, 1, 2), (0, 1, 2, 3))
    np.testing.assert_array_equal(found.values, values)


@pytest.mark.parametrize(("unit", "factor"), [("share", 100), ("nat", 1)])
def test_the_gap_is_taken_within_each_trial(unit: str, factor: float) -> None:
    rng = np.random.default_rng(1)
    train, test = rng.random((5, 3)), rng.random((5, 3))
    table = pd.concat([rows("train", train), rows("test", test), rows("validation", test)])
    (curve,) = curves(generalisation_gap(table, "accuracy", unit), {})
    assert curve.mean == pytest.approx(factor * (train - test).mean(axis=0))
    half = (curve.high - curve.low) / 2
    sd = (train - test).std(axis=0, ddof=1)
    assert half == pytest.approx(factor * 2.776445 * sd / np.sqrt(5))  # t of 4 degrees of freedom


def test_without_one_of_the_splits_there_is_no_gap() -> None:
    assert generalisation_gap(rows("test", np.ones((2, 2))), "accuracy", "share").empty
