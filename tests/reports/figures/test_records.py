"""Ranges and numbers of figures."""

import numpy as np

from orchestrator.reports.figures.records import linear_range, log_range, numbers
from tests.reports.some import some


def test_ranges_hold_their_values() -> None:
    assert linear_range([]) is None
    assert linear_range([None, float("nan")]) is None
    low, high = some(linear_range([0.5, 0.5]))
    assert low < 0.5 < high
    low, high = some(log_range([1e-8, 1.0, 0.0]))
    assert low < -8 < 0 < high
    low, high = some(log_range([2.0]))
    assert high - low >= 1
    assert log_range([0.0]) is None


def test_numbers_are_json() -> None:
    assert numbers([1.234567, np.nan, np.inf]) == [1.2346, None, None]
