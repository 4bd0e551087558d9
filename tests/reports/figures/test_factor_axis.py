"""Ticks of an axis of logarithms are round factors within its range."""

import math

import pytest

from orchestrator.reports.figures.factor_axis import MOST_TICKS, factor_axis

SPANS = [
    (1 / 150, 1 / 4, ["÷100", "÷50", "÷20", "÷10", "÷5"]),
    (0.9, 1.1, ["÷1.1", "÷1.05", "×1", "×1.05", "×1.1"]),
    (1e-12, 2.0, None),
    (0.5, 3.0, None),
    (1.001, 1.003, None),
    (1e-300, 1e300, None),
]


@pytest.mark.parametrize(("low", "high", "texts"), SPANS)
def test_ticks_are_few_and_inside(low: float, high: float, texts: list[str] | None) -> None:
    axis = factor_axis([math.log(low), math.log(high)])
    values, labels = axis["tickvals"], axis["ticktext"]
    assert 2 <= len(values) == len(set(labels)) <= MOST_TICKS
    assert values == sorted(values)
    assert math.log(low) <= values[0] < values[-1] <= math.log(high)
    if texts is not None:
        assert labels == texts


def test_nothing_measured_has_no_ticks() -> None:
    assert factor_axis(None) == {}
