"""Decay against exact exponentials, numpy's polyfit and scipy's gmean."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.reports.statistics.gradients import decay as depth
from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.statistics.gradients.fits import fits
from orchestrator.reports.statistics.gradients.geometric import Estimate, estimates, summaries
from tests.reports.some import some
from tests.reports.statistics.gradients.tables import depth_rows


def decay(table: pd.DataFrame) -> tuple[Profile, ...]:
    return depth.decay(table, fits(table))


def test_an_exact_exponential_gives_its_factor_and_total() -> None:
    line = [0.2**k for k in range(4, -1, -1)]  # 4 hidden layers and the output
    (profile,) = decay(depth_rows([line, [3 * x for x in line]]))
    assert profile.hidden == 4
    factor = some(profile.factor)
    assert factor.value == pytest.approx(0.2)
    assert some(profile.total).value == pytest.approx(0.2**3)
    assert factor.low == pytest.approx(0.2)
    assert factor.n == 2


def test_an_exploding_gradient_has_a_factor_above_one() -> None:
    (profile,) = decay(depth_rows([[8.0, 4.0, 2.0, 1.0]]))
    assert some(profile.factor).value == pytest.approx(2.0)


def test_the_fit_is_polyfits_in_each_replicate() -> None:
    values = np.exp(np.random.default_rng(0).normal(0, 1, (5, 6)))
    (profile,) = decay(depth_rows(np.column_stack([values, np.ones(5)])))
    factor, total = some(profile.factor), some(profile.total)
    slopes = [-np.polyfit(range(6), np.log(line), 1)[0] for line in values]
    low, high = stats.t.interval(0.95, 4, np.mean(slopes), stats.sem(slopes))
    assert np.log([factor.value, some(factor.low), some(factor.high)]) == pytest.approx(
        [np.mean(slopes), low, high]
    )
    assert total.value == pytest.approx(stats.gmean(values[:, 0] / values[:, -1]))


def test_means_are_geometric_with_intervals_of_the_logarithm() -> None:
    values = np.exp(np.random.default_rng(1).normal(0, 2, (8, 3)))
    (profile,) = decay(depth_rows(values))
    assert profile.by_place.mean == pytest.approx(stats.gmean(values))
    logs = np.log(values[:, 0])
    low, high = stats.t.interval(0.95, 7, logs.mean(), stats.sem(logs))
    assert (profile.by_place.low[0], profile.by_place.high[0]) == pytest.approx(
        (np.exp(low), np.exp(high))
    )


def test_saturation_is_averaged_as_it_is() -> None:
    (profile,) = decay(depth_rows([[0.0, 0.5], [0.2, 0.5]], quantity="saturation"))
    assert profile.by_place.mean == pytest.approx([0.1, 0.5])
    assert (profile.by_place.zeros, profile.factor) == ((0, 0), None)


def test_exact_zeros_are_counted_and_left_out() -> None:
    table = depth_rows([[0.0, 1e-3, 1.0], [1e-6, 1e-3, 1.0], [0.0, 0.0, 1.0]])
    (profile,) = decay(table)
    assert profile.by_place.zeros == (2, 1, 0)
    assert profile.by_place.n == (1, 2, 3)
    assert profile.by_place.mean[0] == pytest.approx(1e-6)
    assert some(profile.total).n == 1
    assert some(profile.factor).n == 1  # only the replicate that has two hidden layers above zero


def test_a_layer_that_is_zero_everywhere_has_no_mean() -> None:
    (profile,) = decay(depth_rows([[0.0, 1.0, 1.0], [0.0, 2.0, 1.0]]))
    assert np.isnan(profile.by_place.mean[0])
    assert profile.factor is None


def test_one_hidden_layer_has_no_factor() -> None:
    (profile,) = decay(depth_rows([[0.1, 1.0]]))
    assert (profile.hidden, profile.factor, profile.total) == (1, None, None)


def test_a_saturation_table_alone_does_not_lose_its_last_hidden_layer() -> None:
    saturated = depth_rows([[0.5, 0.6]], quantity="saturation")
    table = pd.concat([depth_rows([[1.0, 2.0, 3.0]]), saturated])
    hidden = {profile.quantity: profile.hidden for profile in decay(table)}
    assert hidden == {"delta": 2, "saturation": 2}


def test_a_saturated_output_is_no_hidden_layer() -> None:
    """An output activation is measured too; here the second hidden layer has none."""
    saturated = depth_rows([[0.1, 0.2, 0.9]], quantity="saturation")
    table = pd.concat([depth_rows([[1.0, 2.0, 3.0]]), saturated[saturated["position"] != 2]])
    (profile,) = [each for each in decay(table) if each.quantity == "saturation"]
    assert (profile.by_place.places, profile.inner) == ((1, 3), 1)
    assert profile.by_place.sites == ("hidden.0", "hidden.2")


def test_a_diverged_replicate_is_missing_from_n() -> None:
    table = pd.concat([depth_rows([[1.0, 1.0], [2.0, 1.0]]), depth_rows([[4.0, 1.0]], epoch=5)])
    assert [profile.by_place.n for profile in decay(table)] == [(2, 2), (1, 1)]


def test_other_axes_and_empty_tables_give_nothing() -> None:
    assert decay(depth_rows([[1.0, 2.0]], axis="time")) == ()
    assert decay(depth_rows([])) == ()


def test_order_of_rows_does_not_matter() -> None:
    table = depth_rows(np.exp(np.random.default_rng(2).normal(0, 1, (6, 4))))
    (ours,), (theirs,) = decay(table), decay(table.sample(frac=1, random_state=3))
    assert some(ours.factor).value == pytest.approx(some(theirs.factor).value)
    assert ours.by_place.mean == pytest.approx(theirs.by_place.mean)


def test_an_estimate_of_one_has_no_interval() -> None:
    table = pd.DataFrame({"variant_id": ["a", "b", "b"], "factor": [2.0, 1.0, np.e]})
    found = estimates(table, ["variant_id"], "factor")
    assert found["a",] == Estimate(2.0, None, None, 1)
    logs = [0.0, 1.0]
    low, high = stats.t.interval(0.95, 1, np.mean(logs), stats.sem(logs))
    expected = pytest.approx((np.exp(0.5), np.exp(low), np.exp(high), 2))
    assert (found["b",].value, found["b",].low, found["b",].high, found["b",].n) == expected


def test_replicates_of_very_different_size_have_no_upper_end() -> None:
    """As of a deep net that explodes: t(1) · sd of the logarithms is beyond the largest double."""
    values = [1e-200, 1e200]
    table = pd.DataFrame({"quantity": "delta", "site": "a", "position": 1, "value": values})
    ((_, found),) = summaries(table, ["quantity"], ["delta"])
    assert found.mean[0] == pytest.approx(1.0)
    assert found.low[0] == 0.0
    assert np.isnan(found.high[0])
    assert estimates(table, ["site"], "value")["a",].high == np.inf
