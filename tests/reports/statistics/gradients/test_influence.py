"""Decay and outcome: scipy's ρ, simulated coverage; contrasts of factors."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.statistics.comparisons.signflip import signflip_p
from orchestrator.reports.statistics.gradients.decay_comparisons import (
    decay_comparisons,
    main_groups,
)
from orchestrator.reports.statistics.gradients.influence import influences, spearman
from tests.reports.sample import Drawn
from tests.reports.some import some


def test_rho_is_scipys() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 20))
    y[3] = y[4]
    found = spearman(x, y)
    assert found.rho == pytest.approx(stats.spearmanr(x, y).statistic)
    assert some(found.low) < some(found.rho) < some(found.high)
    assert found.n == 20


@pytest.mark.slow
def test_the_interval_covers_the_true_rank_correlation() -> None:
    """Bivariate normal with ρ = .6, whose rank correlation is 6/π asin(.3)."""
    rng, truth = np.random.default_rng(1), 6 / np.pi * np.arcsin(0.3)
    hits = 0
    for _ in range(1000):
        x, noise = rng.normal(size=(2, 12))
        found = spearman(x, 0.6 * x + 0.8 * noise)
        hits += found.low is not None and found.low <= truth <= found.high
    assert 0.92 <= hits / 1000 <= 0.98


@pytest.mark.parametrize(
    ("x", "y", "rho"),
    [([1, 2], [1, 2], None), ([1, 1, 1, 1], [1, 2, 3, 4], None), ([1, 2, 3, 4], [4, 3, 2, 1], -1)],
)
def test_no_interval_where_there_can_be_none(x: list[int], y: list[int], rho: float | None) -> None:
    found = spearman(np.array(x, float), np.array(y, float))
    assert found.rho == (None if rho is None else pytest.approx(rho))
    assert found.low is None


@pytest.mark.parametrize(
    ("x", "y", "sign"),
    [
        ([1, 2, 3, 4], [4, 3, 2, 1], 0),
        ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], -1),
        ([1, 2, 3, 4, 5, 6], [2, 4, 6, 8, 10, 12], 1),
        ([1, 1, 1, 1, 2], [1, 1, 1, 1, 2], 0),
    ],
)
@pytest.mark.slow
def test_one_order_decides_where_chance_rarely_gives_it(
    x: list[int], y: list[int], sign: int
) -> None:
    """By scipy's permutation test over all orders."""
    exact = stats.permutation_test(
        (x,), lambda shuffled: stats.spearmanr(shuffled, y).statistic, permutation_type="pairings"
    )
    assert spearman(np.array(x, float), np.array(y, float)).sign == sign
    assert (exact.pvalue < 0.05) == bool(sign)


def test_more_gradient_goes_with_more_accuracy_where_it_was_so_simulated(full_drawn: Drawn) -> None:
    found = full_drawn[1].gradients.influences
    assert [(each.axis, each.epoch) for each in found] == [("depth", 0), ("depth", 20)]
    assert some(found[0].arrives.low) > 0
    assert len(found[0].points) == 36


def test_where_less_is_better_the_sign_turns(full_drawn: Drawn) -> None:
    _, analysis, _ = full_drawn
    turned = influences(analysis.gradients.fits, analysis.outcomes, "minimize")
    rho = some(analysis.gradients.influences[0].arrives.rho)
    assert turned[0].arrives.rho == pytest.approx(-rho)


@pytest.mark.slow
def test_factors_are_compared_as_the_metric_is(small: Path) -> None:
    tables = read_tables(small)
    analysis = analyse(tables)
    before, after = decay_comparisons(tables.plan, analysis.gradients.fits)
    assert (before.epoch, after.epoch, before.axis) == (0, 20, "depth")
    (row,) = before.compared.rows  # depth 1 has no factor
    fitted = analysis.gradients.fits.query("epoch == 0 and quantity == 'delta'")
    logs = np.log(fitted.pivot(index="replicate", columns="variant_id", values="factor"))
    difference = logs[row.variant] - logs[row.baseline]
    assert row.difference == pytest.approx(difference.mean())
    assert row.p_value == pytest.approx(signflip_p(difference.to_numpy()[:, None])[0])
    assert row.verdict == "better"  # the gradient of tanh shrinks less
    assert before.compared.adjustment == "step-down max-T"


def test_recurrences_are_compared_in_their_last_forward_layer() -> None:
    rows = pd.DataFrame(
        [("v", "forward.0"), ("v", "forward.10"), ("v", "forward.9"), ("v", "backward.11")],
        columns=["variant_id", "site_group"],
    )
    assert main_groups(rows) == {"v": "forward.10"}
