"""Decay through time against exact exponentials, numpy's polyfit and scipy's gmean."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.reports.statistics.gradients import time_decay as time
from orchestrator.reports.statistics.gradients.fits import fits
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile, half_life
from tests.reports.some import some
from tests.reports.statistics.gradients.tables import time_rows


def time_decay(table: pd.DataFrame) -> tuple[TimeProfile, ...]:
    return time.time_decay(table, fits(table))


def test_an_exact_exponential_gives_its_factor() -> None:
    line = np.array([0.8**k for k in range(20)])
    (profile,) = time_decay(time_rows([line, 3 * line]))
    assert profile.by_place.places == tuple(range(20))
    factor = some(profile.factor)
    assert factor.value == pytest.approx(0.8)
    assert factor.low == pytest.approx(0.8)
    assert factor.n == 2
    assert profile.by_place.mean == pytest.approx(stats.gmean([line, 3 * line]))


def test_the_last_state_does_not_bend_the_line() -> None:
    """It gets its gradient from the output layer, not through the recurrence."""
    (profile,) = time_decay(time_rows([[1000.0, *(0.5**k for k in range(1, 8))]]))
    assert some(profile.factor).value == pytest.approx(0.5)


def test_the_fit_is_polyfits_in_each_replicate() -> None:
    values = np.exp(np.random.default_rng(0).normal(0, 1, (5, 9)))
    (profile,) = time_decay(time_rows(values))
    slopes = [np.polyfit(range(1, 9), np.log(line[1:]), 1)[0] for line in values]
    low, high = stats.t.interval(0.95, 4, np.mean(slopes), stats.sem(slopes))
    found = some(profile.factor)
    assert np.log([found.value, some(found.low), some(found.high)]) == pytest.approx(
        [np.mean(slopes), low, high]
    )


def test_exact_zeros_are_counted_and_left_out() -> None:
    """Backpropagation that is cut after three steps."""
    (profile,) = time_decay(time_rows([[1.0, 0.5, 0.25, 0.0], [1.0, 0.5, 0.25, 0.125]]))
    assert (profile.by_place.zeros, profile.by_place.n) == ((0, 0, 0, 1), (2, 2, 2, 1))
    assert some(profile.factor).value == pytest.approx(0.5)
    assert np.isfinite(profile.by_place.mean).all()


def test_lags_that_not_every_replicate_reaches_have_a_smaller_n() -> None:
    (profile,) = time_decay(time_rows([[1.0, 0.5, 0.25, np.nan], [1.0, 0.5, 0.25, 0.1]]))
    assert (profile.by_place.n, profile.by_place.zeros) == ((2, 2, 2, 1), (0, 0, 0, 0))


def test_too_few_lags_have_no_factor() -> None:
    (profile,) = time_decay(time_rows([[1.0, 0.5]]))
    assert profile.factor is None


def test_states_and_directions_are_kept_apart() -> None:
    table = pd.concat(
        [
            time_rows([[1.0, 0.5, 0.25]]),
            time_rows([[1.0, 0.9, 0.81]], quantity="cell_grad"),
            time_rows([[1.0, 0.1, 0.01]], site="backward.0"),
            time_rows([[7.0, 7.0]], axis="depth"),
        ]
    )
    found = {(p.site, p.quantity): some(p.factor).value for p in time_decay(table)}
    assert found == {
        ("backward.0", "hidden_grad"): pytest.approx(0.1),
        ("forward.0", "cell_grad"): pytest.approx(0.9),
        ("forward.0", "hidden_grad"): pytest.approx(0.5),
    }


def test_nothing_gives_nothing() -> None:
    assert time_decay(time_rows([])) == ()


@pytest.mark.parametrize("factor", [0.1, 0.5, 0.99])
def test_after_its_half_life_half_is_left(factor: float) -> None:
    assert factor ** half_life(factor) == pytest.approx(0.5)


@pytest.mark.parametrize("factor", [1.0, 1.3])
def test_what_does_not_shrink_has_no_half_life(factor: float) -> None:
    assert half_life(factor) == math.inf
