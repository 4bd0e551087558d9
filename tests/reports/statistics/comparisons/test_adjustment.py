"""Holm against the closed testing procedure that it abbreviates."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.reports.statistics.comparisons.adjustment import holm


def closed_bonferroni(p: list[float]) -> list[float]:
    """The definition: a hypothesis falls when every intersection that contains it does."""
    m = len(p)
    return [
        max(
            min(1.0, size * min(p[k] for k in subset))
            for size in range(1, m + 1)
            for subset in combinations(range(m), size)
            if j in subset
        )
        for j in range(m)
    ]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_holm_is_closed_bonferroni(p: list[float]) -> None:
    assert holm(np.array(p)) == pytest.approx(closed_bonferroni(p))


def test_a_known_example() -> None:
    """Holm 1979's rule by hand: .01·4, .013·3 (not below .04), .04·2, .05·1 (not below .08)."""
    assert holm(np.array([0.04, 0.01, 0.05, 0.013])) == pytest.approx([0.08, 0.04, 0.08, 0.04])


def test_nothing_to_adjust() -> None:
    assert holm(np.array([])).size == 0
