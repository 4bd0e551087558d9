"""The log-rank test against scipy, and its scores against counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, logrank

from orchestrator.reports.statistics.outcomes.log_rank import log_rank, log_rank_scores

TRIALS = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=20)


def simulated(seed: int, n: int, m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """times, reached, first: n of the first group, which is faster, and m of the other."""
    rng = np.random.default_rng(seed)
    times = np.concatenate([rng.geometric(0.25, n), rng.geometric(0.15, m)]).astype(float)
    ends = rng.integers(6, 12, n + m)
    return np.minimum(times, ends), times <= ends, np.arange(n + m) < n


@pytest.mark.parametrize(("n", "m"), [(6, 6), (10, 7), (40, 40)])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_scipys(seed: int, n: int, m: int) -> None:
    times, reached, first = simulated(seed, n, m)
    theirs = logrank(*(CensoredData.right_censored(times[g], ~reached[g]) for g in (first, ~first)))
    z, p = log_rank(times, reached, first)
    assert z == pytest.approx(theirs.statistic)
    assert p == pytest.approx(theirs.pvalue)


@given(TRIALS)
def test_scores_are_what_was_seen_less_what_was_expected(trials: list[tuple[int, bool]]) -> None:
    times = np.array([time for time, _ in trials], dtype=float)
    reached = np.array([got for _, got in trials])
    expected = [
        sum(
            sum(t == at and r for t, r in trials) / sum(t >= at for t, _ in trials)
            for at in {t for t, r in trials if r and t <= time}
        )
        for time in times
    ]
    found = log_rank_scores(times, reached)
    assert found == pytest.approx(reached - np.array(expected))
    assert found.sum() == pytest.approx(0, abs=1e-9)


def test_where_nobody_got_there_nothing_is_found() -> None:
    nobody = np.zeros(4, dtype=bool)
    assert log_rank(np.full(4, 9.0), nobody, np.arange(4) < 2) == (0.0, 1.0)
