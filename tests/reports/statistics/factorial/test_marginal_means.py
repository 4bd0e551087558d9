"""Averages over the other factors against pandas; laws; and where values are missing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from orchestrator.plan_document import Compare
from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.figures.factorial.interactions import _apart
from orchestrator.reports.page.rows.anova import anova_section
from orchestrator.reports.statistics.factorial.anova import anova
from orchestrator.reports.statistics.factorial.marginal_means import (
    interactions,
    main_effects,
    marginal_means,
)
from orchestrator.reports.statistics.outcomes.solved import wilson
from tests.reports.sample import Drawn, Factors, Sample, write
from tests.reports.some import some

PLAIN = Compare("test/score", "maximize", "", {}, None)  # without bounds
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(2, 3, 4, 6))


def test_a_level_is_averaged_within_replicates_and_its_interval_is_over_them() -> None:
    frame = pd.DataFrame([(*p, v) for p, v in np.ndenumerate(TABLE)], columns=[*"abcry"])
    found = some(marginal_means(TABLE, (1,), PLAIN))
    assert (found.n, found.contexts, found.left_out) == (6, 8, 0)
    for level in range(3):
        own = frame[frame["b"] == level].groupby("r")["y"].mean()
        interval = stats.t.interval(0.95, 5, own.mean(), stats.sem(own))
        assert found.mean[level] == pytest.approx(own.mean())
        assert (found.low[level], found.high[level]) == pytest.approx(interval)


def test_a_pair_is_averaged_over_the_rest() -> None:
    found = some(marginal_means(TABLE, (2, 0), PLAIN))
    assert found.mean == pytest.approx(TABLE.mean(axis=(1, 3)).T)
    assert found.contexts == 3


def test_of_solved_trials_it_is_wilsons_interval_of_the_replicates() -> None:
    table = np.array([[[1.0, 1, 1, 0], [1, 0, 1, 0]], [[1, 1, 1, 1], [1, 1, 1, 1]]])
    found = some(marginal_means(table, (0,), replace(PLAIN, metric="test/solved", unit="share")))
    assert found.mean == pytest.approx([5 / 8, 1])
    low, high = wilson([5 / 2, 4], 4)
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(high)


def test_main_effects_and_interactions_are_of_every_factor_and_pair() -> None:
    assert [means.axes for means in main_effects(TABLE, PLAIN)] == [(0,), (1,), (2,)]
    table = TABLE.copy()
    table[0, :, 0] += 5  # factors 0 and 2 together
    first, *_ = interactions(table, some(anova(table)), PLAIN)
    assert first.axes == (0, 2)


def test_a_combination_that_lacks_a_level_is_left_out_for_all_levels() -> None:
    table = TABLE.copy()
    table[1, 2] = np.nan  # excluded by the study
    found = some(marginal_means(table, (0,), PLAIN))
    assert (found.contexts, found.left_out, found.n) == (8, 4, 6)
    assert found.mean == pytest.approx(TABLE[:, :2].mean(axis=(1, 2, 3)))


def test_a_pair_that_the_study_excludes_is_a_gap() -> None:
    table = TABLE.copy()
    table[1, 2] = np.nan
    found = some(marginal_means(table, (0, 1), PLAIN))
    assert np.isnan(found.mean[1, 2])
    assert found.mean[0] == pytest.approx(TABLE[0].mean(axis=(1, 2)))


def test_one_failed_trial_costs_a_replicate_where_that_is_cheaper() -> None:
    table = TABLE[:, :, 0].copy()
    table[1, 2, 4] = np.nan
    found = some(marginal_means(table, (0, 1), PLAIN))
    assert (found.n, found.contexts, found.left_out) == (5, 1, 0)
    kept = [0, 1, 2, 3, 5]
    assert found.mean == pytest.approx(table[:, :, kept].mean(axis=-1))


def test_nothing_whole_nothing_said() -> None:
    table = np.full((2, 2, 3), np.nan)
    assert marginal_means(table, (0,), PLAIN) is None
    table[0, 0, 0] = table[1, 1, 1] = 0.5
    assert marginal_means(table, (0,), PLAIN) is None


@given(st.integers(0, 2), st.floats(-9, 9), st.floats(0.1, 9), st.permutations(range(6)))
def test_shift_scale_and_order_of_replicates(
    axis: int, shift: float, scale: float, order: list[int]
) -> None:
    one = some(marginal_means(TABLE, (axis,), PLAIN))
    other = some(marginal_means(shift + scale * TABLE[..., order], (axis,), PLAIN))
    for name in ("mean", "low", "high"):
        assert getattr(other, name) == pytest.approx(shift + scale * getattr(one, name))


def test_labels_are_moved_apart_upwards() -> None:
    assert _apart({0: 0.5, 1: 0.52, 2: 0.9}, 0.1) == pytest.approx({0: 0.5, 1: 0.6, 2: 0.9})


# ---------------------------------------------------------------- in a report


@pytest.mark.slow
def test_the_figures_draw_these_numbers(full_drawn: Drawn) -> None:
    _, analysis, figures = full_drawn
    found = some(analysis.factorial)
    panels = {panel.title: panel for panel in figures["main_effects"].panels}
    assert list(panels) == ["activation", "depth", "scale"]
    (depth,) = panels["depth"].data
    assert depth["y"] == pytest.approx(found.main_effects[1].mean, rel=1e-4)
    assert [t["legendgroup"] for t in panels["activation"].data] == list("0123")
    strongest = figures["interactions"].panels[0]
    assert strongest.title == "activation × depth"
    means = found.interactions[0].mean
    for line, row in zip(strongest.data, means, strict=True):
        assert line["y"] == pytest.approx(row, rel=1e-4)


def test_the_sentence_names_the_largest_share_first(full_drawn: Drawn) -> None:
    _, analysis, _ = full_drawn
    found = some(analysis.factorial)
    section = some(anova_section(scheme(analysis.plan), found))
    terms = {(t.kind, t.factors): t.eta2 for t in found.anova.terms}
    share = round(100 * some(terms["factor", (1,)]))
    assert section.finding.startswith(
        f"Of the variance in final test accuracy, depth explains {share} %, activation "
    )
    assert any("475 of 480 values" in note for note in section.notes)
    assert [row.name for row in section.rows][-1] == "residual: what a seed does to each variant"


@pytest.mark.parametrize("factors", [{"model.depth": [1, 2]}, {}])
@pytest.mark.slow
def test_studies_of_one_factor_say_nothing(tmp_path: Path, factors: Factors) -> None:
    sample = Sample(factors=factors, replicates=3, probes=False)
    made = analyse(read_tables(write(tmp_path, sample)))
    assert made.factorial is None
    assert anova_section(scheme(made.plan), made.factorial) is None


def test_a_study_whose_trials_all_failed_says_nothing(tmp_path: Path) -> None:
    factors: Factors = {"model.activation": ["tanh", "relu"], "model.depth": [1, 2]}
    sample = Sample(factors=factors, replicates=3, every_fate="failed", probes=False)
    assert analyse(read_tables(write(tmp_path, sample))).factorial is None
