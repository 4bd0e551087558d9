"""The decay of single trials against numpy's polyfit and scipy's linregress."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.fits import COLUMNS, decay_table, fits
from tests.reports.sample import Levels, Sample, parse_plan, plan_document
from tests.reports.statistics.gradients.tables import depth_rows, time_rows


def plan(settings: Levels) -> PlanDocument:
    """Of one variant, with trials by replicate."""
    made = parse_plan(plan_document(Sample(factors={"model.depth": [1]})))
    (variant,) = made.variants
    variant = replace(variant, variant_id="v", settings=settings, trials=("first", "second"))
    return replace(made, fixed={}, variants=(variant,))


def test_each_trial_is_fitted_as_scipy_does() -> None:
    values = np.exp(np.random.default_rng(0).normal(0, 1, (4, 6)))
    found = fits(depth_rows(np.column_stack([values, np.ones(4)])))
    for line, (_, row) in zip(values, found.iterrows(), strict=True):
        away = np.log(line[::-1])  # from the last hidden layer to the first
        expected = stats.linregress(range(6), away)
        assert row["factor"] == pytest.approx(math.exp(expected.slope))
        assert row["fit_r2"] == pytest.approx(expected.rvalue**2)
        assert row["total"] == pytest.approx(line[0] / line[-1])


def test_holes_do_not_disturb_a_line() -> None:
    lags, values = np.arange(8), np.exp(np.random.default_rng(1).normal(0, 1, (3, 8)))
    values[0, 3] = np.nan
    values[1, 7] = np.nan
    found = fits(time_rows(values))
    for line, factor in zip(values, found["factor"], strict=True):
        known = (lags > 0) & np.isfinite(line)
        assert math.log(factor) == pytest.approx(np.polyfit(lags[known], np.log(line[known]), 1)[0])
    assert found["total"][1] == pytest.approx(values[1, 6] / values[1, 1])


def test_an_exact_exponential_has_its_half_life_and_a_perfect_fit() -> None:
    (row,) = fits(time_rows([[9.0, *(0.5**k for k in range(1, 6))]])).itertuples()
    assert (row.factor, row.half_life, row.fit_r2) == pytest.approx((0.5, 1.0, 1.0))
    assert (row.axis, row.site_group, row.quantity) == ("time", "forward.0", "hidden_grad")


def test_what_cannot_be_had_is_nan() -> None:
    grows = fits(depth_rows([[4.0, 2.0, 1.0, 1.0]])).iloc[0]
    assert math.isnan(grows["half_life"])
    assert grows["factor"] == pytest.approx(2.0)
    two = fits(depth_rows([[1.0, 2.0, 1.0]])).iloc[0]
    assert math.isnan(two["fit_r2"])
    flat = fits(depth_rows([[1.0, 1.0, 1.0, 1.0]])).iloc[0]
    assert (flat["factor"], flat["total"]) == (1.0, 1.0)
    assert math.isnan(flat["fit_r2"])


def test_one_hidden_layer_has_no_decay() -> None:
    assert fits(depth_rows([[0.1, 1.0]])).empty
    assert fits(depth_rows([])).empty


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"model.activation": "sigmoid"}, True),
        ({"model.cell": "lstm", "model.activation": "tanh"}, True),
        ({"model.activation": "relu"}, False),  # dead units
        ({"model.activation": "tanh", "model.bptt_steps": 3}, False),  # cut on purpose
        ({}, False),  # a user's own network may be of any kind
    ],
)
def test_a_zero_is_an_underflow_where_there_can_be_none(settings: Levels, expected: bool) -> None:
    found = fits(time_rows([[1.0, 1e-20, 1e-30, 0.0], [1.0, 0.5, 0.25, 0.1]]))
    table = decay_table(found, plan(settings))
    assert tuple(table.columns) == COLUMNS
    assert table["underflow"].tolist() == [expected, False]
    assert table["trial_id"].tolist() == ["first", "second"]
    assert math.isnan(table["total"][0])


def test_fifty_steps_of_a_sigmoid_network_underflow_without_a_zero() -> None:
    """.1387 per step, as tests/training/probes/test_schedule.py measures; any activation."""
    lost, kept = ([factor**lag for lag in range(50)] for factor in (0.1387, 0.4))
    assert min(lost) > 0
    table = decay_table(fits(time_rows([lost, kept])), plan({"model.activation": "relu"}))
    assert table["underflow"].tolist() == [True, False]


def test_a_trial_that_is_zero_everywhere_is_a_row_without_a_factor() -> None:
    found = fits(depth_rows([[0.0, 0.0, 0.0, 1.0]]))
    table = decay_table(found, plan({"model.activation": "sigmoid"}))
    assert table["underflow"].tolist() == [True]
    assert table[["factor", "total", "half_life", "fit_r2"]].isna().all(axis=None)


def test_the_order_of_rows_does_not_matter() -> None:
    table = depth_rows(np.exp(np.random.default_rng(2).normal(0, 1, (6, 5))))
    shuffled = fits(table.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(fits(table), shuffled)
