"""The interval beside a verdict, as it is written."""

from dataclasses import replace

import pytest

from orchestrator.reports.statistics.comparisons.comparisons import Comparison, Verdict
from orchestrator.reports.text.phrases import verdict_interval

ROW = Comparison(
    "test/accuracy", "a", "b", "paired", n=6, diverged=0, counted_as=None, bound=None, at_bound=0,
    difference=None, sd=None, effect_size=None, beyond=None, prob_better=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "verdict", "unit", "text"),
    [
        (-0.058, 0.0, "worse", "share", "[−5.8, 0.0)"),
        (-0.058, -0.0001, "worse", "share", "[−5.8, 0.0)"),  # rounded: it holds the true one
        (0.0, 0.058, "better", "share", "(0.0, +5.8]"),
        (0.01, 0.058, "better", "share", "[+1.0, +5.8]"),
        (-0.058, 0.0, "undecided", "share", "[−5.8, 0.0]"),
        (0.0, 0.0, "equivalent", "share", "[0.0, 0.0]"),
        (-1.5, 0.0, "better", "nat", "[−1.5, 0)"),
        (-1.0, 0.0, "worse", "factor", "[÷2.72, ×1.00)"),
    ],
)
def test_a_decided_interval_never_has_0(
    low: float, high: float, verdict: Verdict, unit: str, text: str
) -> None:
    found = replace(ROW, simultaneous_low=low, simultaneous_high=high, verdict=verdict)
    assert verdict_interval(found, unit) == text


def test_so_few_replicates_have_none() -> None:
    assert verdict_interval(ROW, "share") == "–"
