"""Interquartile means, ranks and profiles against scipy and Demšar; scores of several tasks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.figures.tasks.ranks import OVERHANG
from orchestrator.reports.page.rows.across_tasks import across_tasks_section
from orchestrator.reports.statistics.tasks.across_tasks import LOWEST, thresholds
from orchestrator.reports.statistics.tasks.bootstrap import (
    bootstrap,
    interquartile_mean,
    profile,
    stratified,
)
from orchestrator.reports.statistics.tasks.ranks import critical_difference, not_told_apart, ranks
from tests.reports.sample import Factors, Sample, write
from tests.reports.some import some

RNG = np.random.default_rng(0)
STRATA = [RNG.normal(0.5, 0.1, 8), RNG.normal(0.8, 0.2, 8), RNG.normal(0.3, 0.1, 8)]
SCORES = st.lists(st.floats(-2, 2), min_size=1, max_size=30)


@given(SCORES)
def test_the_interquartile_mean_is_scipys_trimmed_mean(scores: list[float]) -> None:
    expected = stats.trim_mean(scores, 0.25)
    assert interquartile_mean(np.array(scores)) == pytest.approx(expected, abs=1e-12)


def test_the_interval_is_about_that_of_scipys_bootstrap() -> None:
    """Of one task, where both draw alike."""
    value, low, high = bootstrap(STRATA[:1])
    theirs = stats.bootstrap(
        (STRATA[0],), lambda x, axis: stats.trim_mean(x, 0.25, axis=axis), method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert value == pytest.approx(stats.trim_mean(STRATA[0], 0.25))
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_every_draw_has_as_many_scores_of_each_task() -> None:
    strata = [np.zeros(3), np.ones(5)]
    assert (stratified(strata, draws=50).sum(axis=1) == 5).all()


def test_same_seed_same_interval_other_seed_other() -> None:
    assert np.array_equal(stratified(STRATA, 100, seed=1), stratified(STRATA, 100, seed=1))
    assert not np.array_equal(stratified(STRATA, 100, seed=1), stratified(STRATA, 100, seed=2))
    assert [*map(float, bootstrap(STRATA))] == [*map(float, bootstrap(STRATA))]


@settings(max_examples=20)
@given(st.floats(-3, 3), st.floats(0.1, 5))
def test_shift_and_scale_move_value_and_interval(shift: float, scale: float) -> None:
    moved = bootstrap([shift + scale * each for each in STRATA])
    assert [*moved] == pytest.approx([shift + scale * float(x) for x in bootstrap(STRATA)])


@pytest.mark.parametrize(("replicates", "least", "most"), [(5, 0.83, 0.95), (20, 0.90, 0.98)])
def test_the_interval_is_too_narrow_with_few_replicates(
    replicates: int, least: float, most: float
) -> None:
    rng, hits = np.random.default_rng(4), 0
    for _ in range(120):
        strata = [rng.normal(0.5, 0.1, replicates) for _ in range(4)]
        _, low, high = bootstrap(strata, interquartile_mean)
        hits += bool(low <= 0.5 <= high)
    assert least <= hits / 120 <= most


def test_a_profile_counts() -> None:
    shares = profile(np.array([0.0, 0.5, 0.9]))(np.array([[0.1, 0.6, 0.95, 0.5]]))
    assert shares.tolist() == [[1.0, 0.5, 0.25]]


def test_friedman_is_scipys_with_and_without_ties() -> None:
    for scores in (RNG.normal(size=(7, 4)), RNG.integers(0, 3, (9, 3)).astype(float)):
        assert ranks(scores).p == pytest.approx(stats.friedmanchisquare(*scores.T).pvalue)
        expected = stats.rankdata(-scores, axis=1).mean(axis=0)
        assert ranks(scores).mean == pytest.approx(expected)


def test_the_critical_difference_is_that_of_demsar() -> None:
    """Demšar 2006, section 3.2.4: 4 classifiers on 14 data sets, q = 2.569, CD = 1.25."""
    assert critical_difference(14, 4) == pytest.approx(1.25, abs=0.005)


def test_groups_are_those_of_demsars_figure() -> None:
    """Demšar 2006, section 3.2.4: C4.5 is worse than both with m; of cf nothing can be said."""
    mean = (3.143, 2.000, 2.893, 1.964)  # C4.5, +m, +cf, +m+cf
    assert not_told_apart(mean, 1.12) == ((3, 1, 2), (2, 0))  # 10 %
    assert not_told_apart(mean, 1.25) == ((3, 1, 2, 0),)  # 5 %
    assert not_told_apart(mean, 0.01) == ()


@given(st.lists(st.floats(1, 9), min_size=3, max_size=7), st.floats(0.1, 5))
def test_two_share_a_group_exactly_if_they_are_not_too_far_apart(
    mean: list[float], difference: float
) -> None:
    groups = not_told_apart(tuple(mean), difference)
    for a in range(len(mean)):
        for b in range(a):
            together = any({a, b} <= set(group) for group in groups)
            assert together == (abs(mean[a] - mean[b]) <= difference)


def test_without_a_difference_in_friedmans_test_all_are_one_group() -> None:
    found = ranks(RNG.normal(size=(6, 3)))
    assert some(found.p) > 0.05
    assert sorted(found.groups[0]) == [0, 1, 2]
    assert ranks(RNG.normal(size=(4, 3))).groups == ()


def test_a_profile_spans_the_scores() -> None:
    scores = np.array([0.42, 0.45, 0.44])
    steps = thresholds(scores)
    assert 0.41 < steps[0] < scores.min() < scores.max() < steps[-1] < 0.46
    assert thresholds(np.array([-50.0, 0.9]))[0] == pytest.approx(LOWEST, abs=0.05)
    assert thresholds(np.array([0.5, 0.5]))[0] < 0.5 < thresholds(np.array([0.5, 0.5]))[-1]


def test_ranks_are_tested_from_five_tasks_and_three_contenders_on() -> None:
    assert ranks(RNG.normal(size=(4, 3))).p is None
    assert ranks(RNG.normal(size=(5, 2))).critical_difference is None
    assert ranks(RNG.normal(size=(5, 3))).p is not None
    assert ranks(np.ones((5, 3))).p == 1.0


@pytest.mark.slow
def test_no_difference_is_found_as_often_as_chance_says() -> None:
    rng = np.random.default_rng(2)
    rejected = sum(some(ranks(rng.normal(size=(10, 4))).p) <= 0.05 for _ in range(300))
    assert rejected / 300 <= 0.07


# ---------------------------------------------------------------- of a study

TASKS = {"model.activation": ["sigmoid", "tanh", "relu"], "task.name": ["a", "b", "c"]}
SAMPLE = Sample(study="s", factors=TASKS, replicates=6, probes=False)


def analysed(tmp_path: Path, sample: Sample) -> Analysis:
    return analyse(read_tables(write(tmp_path, sample)))


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analysed(tmp_path_factory.mktemp("results"), SAMPLE)


@pytest.mark.slow
def test_scores_are_between_baseline_and_the_best_possible(analysis: Analysis) -> None:
    found = some(analysis.across_tasks)
    assert [dict(task) for task in found.tasks] == [{"task.name": name} for name in "abc"]
    assert [c.levels["model.activation"] for c in found.contenders] == ["sigmoid", "tanh", "relu"]
    assert all((s.zero, s.one) == pytest.approx((0.1, 1.0)) for s in found.scales)
    for each in found.contenders:
        values = [analysis.outcomes[variant].values.values() for variant in each.variants]
        scores = [[(x - 0.1) / 0.9 for x in task] for task in values]
        assert each.means == pytest.approx([np.mean(task) for task in scores])
        assert each.iqm == pytest.approx(stats.trim_mean(np.concatenate(scores), 0.25))
        assert each.low <= each.iqm <= each.high
        shares, low, high = each.profile
        place = int(np.searchsorted(found.thresholds, 0.9))
        above = np.concatenate(scores) > found.thresholds[place]
        assert shares[place] == pytest.approx(np.mean(above))
        assert (shares[-1], found.below) == (0.0, 0)
        assert (low <= shares).all()
        assert (shares <= high).all()
    assert found.ranks.p is None


def test_without_a_baseline_the_worst_variant_is_zero_and_is_said(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, replace(SAMPLE, task_baseline=None))
    found = some(analysis.across_tasks)
    for place, scale in enumerate(found.scales):
        means = [analysis.outcomes[c.variants[place]].mean for c in found.contenders]
        assert scale.zero == min(map(some, means))
    section = some(across_tasks_section(scheme(analysis.plan), found))
    assert "the mean of the worst variant" in section.finding


def test_diverged_trials_score_zero_and_are_counted(tmp_path: Path) -> None:
    label = "activation=tanh name=b"
    fates = {(label, replicate): "diverged" for replicate in range(2)}
    found = some(analysed(tmp_path, replace(SAMPLE, fates=fates)).across_tasks)
    tanh = found.contenders[1]
    assert (tanh.n, tanh.diverged) == (18, 2)
    above = int(np.searchsorted(found.thresholds, 0.0, side="right"))
    assert tanh.profile[0][[0, above]] == pytest.approx([1, 16 / 18])


@pytest.mark.slow
def test_a_contender_without_results_in_some_task_is_left_out_and_said(tmp_path: Path) -> None:
    fates = {("activation=tanh name=b", replicate): "failed" for replicate in range(6)}
    analysis = analysed(tmp_path, replace(SAMPLE, fates=fates))
    assert len(some(analysis.across_tasks).contenders) == 2
    section = some(across_tasks_section(scheme(analysis.plan), analysis.across_tasks))
    assert any("1 variant left out" in note for note in section.notes)


def test_the_figure_draws_the_profiles_in_the_colours_of_the_levels(analysis: Analysis) -> None:
    figure = draw_all(scheme(analysis.plan), analysis)["across_tasks"]
    (panel,) = figure.panels
    lines = [trace for trace in panel.data if "fill" not in trace]
    assert [line["legendgroup"] for line in lines] == ["0", "1", "2"]
    for line, each in zip(lines, some(analysis.across_tasks).contenders, strict=True):
        assert line["y"] == pytest.approx(each.profile[0], rel=1e-4)
    assert "seed" in figure.caption


def test_the_sentence_names_the_best(analysis: Analysis) -> None:
    section = some(across_tasks_section(scheme(analysis.plan), analysis.across_tasks))
    best = max(some(analysis.across_tasks).contenders, key=lambda each: each.iqm)
    assert f"{best.levels['model.activation']} has the highest" in section.finding
    assert any("fewer than 5 tasks" in note for note in section.notes)


@pytest.mark.parametrize(
    "factors", [{"model.depth": [1, 2]}, {"task.name": ["a", "b"]}, {"model.cell": ["rnn", "gru"]}]
)
@pytest.mark.slow
def test_one_task_or_one_contender_says_nothing(tmp_path: Path, factors: Factors) -> None:
    assert analysed(tmp_path, replace(SAMPLE, factors=factors)).across_tasks is None


# ---------------------------------------------------------------- critical-difference diagram

FIVE = {"model.activation": ["sigmoid", "tanh", "relu"], "task.name": list("abcde")}


@pytest.mark.slow
def test_the_diagram_shows_ranks_the_difference_and_the_groups(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, replace(SAMPLE, factors=FIVE))
    found = some(analysis.across_tasks).ranks
    difference = some(found.critical_difference)
    drawn = draw_all(scheme(analysis.plan), analysis)["ranks"]
    ruler, *bars = drawn.panels[0].data
    marks = [trace for trace in bars if trace["mode"] == "lines+markers"]
    joined = [trace for trace in bars if trace["mode"] == "lines"]
    assert ruler["x"] == pytest.approx([1, 1 + difference], abs=1e-4)
    assert [mark["x"][0] for mark in marks] == pytest.approx(sorted(found.mean), abs=1e-4)
    assert [bar["x"] for bar in joined] == [
        pytest.approx([min(ends) - OVERHANG, max(ends) + OVERHANG], abs=1e-4)
        for group in found.groups
        if (ends := [found.mean[each] for each in group])
    ]
    rows = dict(zip(*(drawn.panels[0].layout["yaxis"][k] for k in ("tickvals", "ticktext")),
                    strict=True))  # fmt: skip
    best = min(range(3), key=lambda each: found.mean[each])
    assert rows[marks[0]["y"][1]] == FIVE["model.activation"][best]
    assert f"{difference:.2f}" in drawn.caption


def test_below_five_tasks_there_is_no_diagram(analysis: Analysis) -> None:
    assert "ranks" not in draw_all(scheme(analysis.plan), analysis)
