"""Variants that are not shown to have learnt."""

import dataclasses

import pytest

from orchestrator.plan_document import Compare
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.statistics.outcomes.unlearnt import unlearnt
from orchestrator.reports.statistics.tasks.baselines import Baseline

SHARE = Compare("test/accuracy", "maximize", "share", {}, 0.005)


@pytest.mark.parametrize(
    ("direction", "idle"), [("maximize", ["a", "b"]), ("minimize", ["a", "c"])]
)
def test_what_counts_is_an_interval_that_reaches_it(direction: str, idle: list[str]) -> None:
    compare = dataclasses.replace(SHARE, direction=direction)
    results = {
        name: Outcome(name, {}, {}, (low + high) / 2, 0.1, None, low, high)
        for name, low, high in (("a", 0.4, 0.6), ("b", 0.2, 0.4), ("c", 0.6, 0.8))
    }
    least = {"accuracy": (Baseline(0.5, ("a", "b", "c")),)}
    assert unlearnt(compare, results, least) == tuple(idle)
    assert unlearnt(compare, results, {}) == ()
