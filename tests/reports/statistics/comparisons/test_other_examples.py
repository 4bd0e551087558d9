"""Intervals for other seeds and other test examples, against scipy, an ANOVA and simulations."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.anova import anova_lm

from orchestrator.plan_document import Data
from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.statistics.comparisons import other_examples as module
from orchestrator.reports.statistics.comparisons.other_examples import (
    Crossed,
    crossed,
    mcnemar,
    other_examples,
    sentence_differences,
)
from orchestrator.reports.statistics.intervals import Floats
from tests.reports.answered import FIXED, packed, right, with_answers
from tests.reports.sample import Factors, Sample, write

SAMPLE = Sample(
    study="s", factors={"model.activation": ["sigmoid", "tanh"]}, replicates=6, probes=False
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return with_answers(read_tables(write(tmp_path_factory.mktemp("results"), SAMPLE)))


def half_widths(found: Crossed) -> Floats:
    return np.asarray(stats.t.ppf(0.975, found.freedom) * np.sqrt(found.variance))


def test_the_variance_is_that_of_the_mean_squares_of_a_two_way_anova() -> None:
    rng = np.random.default_rng(0)
    d = rng.normal(size=(5, 1)) + rng.normal(size=(1, 12)) + rng.normal(size=(5, 12))
    seed, example = np.indices(d.shape)
    frame = pd.DataFrame({"d": d.ravel(), "seed": seed.ravel(), "example": example.ravel()})
    table = anova_lm(smf.ols("d ~ C(seed) + C(example)", frame).fit())
    squares, freedoms = table["sum_sq"] / table["df"], table["df"]
    both = squares["C(seed)"] + squares["C(example)"] - squares["Residual"]
    found = crossed(d)
    assert found.variance == pytest.approx(both / d.size)
    assert found.freedom == pytest.approx(both**2 / (squares**2 / freedoms).sum())
    assert found.share == pytest.approx(1 - squares["C(seed)"] / both)


def test_without_effects_of_examples_it_is_students() -> None:
    """Then the examples' mean square may be below that of the residual."""
    by_seed = np.array([[0.3], [0.1], [0.5], [0.2]])
    chess = 0.1 * (-1.0) ** np.indices((4, 20)).sum(0)
    found = crossed(by_seed + chess)
    assert found.variance == pytest.approx(by_seed.var(ddof=1) / 4)
    assert found.freedom == 3
    assert found.share == 0


def simulated(
    studies: int, r: int, seed: float, example: float, both: float
) -> tuple[Floats, float]:
    """((studies, r, 200) differences of right and wrong answers, what their mean is over all)."""
    rng = np.random.default_rng([r, int(100 * example)])
    shared = rng.normal(0, example, (studies, 1, 200))
    rights, means = [], []
    for mean in (0.8, 1.0):
        own = rng.normal(0, example, (studies, 1, 200)) + rng.normal(0, seed, (studies, r, 1))
        rest = rng.normal(0, both, (studies, r, 200))
        rights.append((mean + shared + own + rest > 0).astype(float))
        spread = np.sqrt(2 * example**2 + seed**2 + both**2)
        means.append(stats.norm.cdf(mean / spread))
    return rights[1] - rights[0], float(means[1] - means[0])


@pytest.mark.parametrize("r", [6, 10])
@pytest.mark.parametrize(
    ("seed", "example", "both"), [(0.3, 1, 1), (0, 1, 0.5), (0.6, 0.2, 1), (0.1, 1, 0.1)]
)
def test_it_covers_where_the_ordinary_interval_does_not(
    r: int, seed: float, example: float, both: float
) -> None:
    d, truth = simulated(600, r, seed, example, both)
    error = np.abs(d.mean(axis=(1, 2)) - truth)
    assert (error <= half_widths(crossed(d))).mean() >= 0.93
    by_seed = d.mean(axis=2)
    student = stats.t.ppf(0.975, r - 1) * by_seed.std(axis=1, ddof=1) / np.sqrt(r)
    if seed < 0.3:
        assert (error <= student).mean() < 0.8


def simulated_losses(
    studies: int, r: int, seed: float, example: float, both: float
) -> tuple[Floats, float]:
    """The same of losses, ln(1 + e^−4z) of margins z: few examples have most of the loss."""
    rng = np.random.default_rng([r, int(100 * example)])
    shared = rng.normal(0, example, (studies, 1, 200))
    losses, means = [], []
    for mean in (0.8, 1.0):
        own = rng.normal(0, example, (studies, 1, 200)) + rng.normal(0, seed, (studies, r, 1))
        margins = mean + shared + own + rng.normal(0, both, (studies, r, 200))
        losses.append(np.logaddexp(0, -4 * margins))
        places, weights = np.polynomial.hermite_e.hermegauss(80)
        spread = np.sqrt(2 * example**2 + seed**2 + both**2)
        means.append(np.logaddexp(0, -4 * (mean + spread * places)) @ weights / weights.sum())
    return losses[1] - losses[0], float(means[1] - means[0])


@pytest.mark.parametrize("r", [6, 10])
@pytest.mark.parametrize(
    ("seed", "example", "both"), [(0.3, 1, 1), (0, 1, 0.5), (0.6, 0.2, 1), (0.1, 1, 0.1)]
)
def test_it_covers_of_losses_too(r: int, seed: float, example: float, both: float) -> None:
    """docs/statistics.md: at least 93 %."""
    d, truth = simulated_losses(600, r, seed, example, both)
    error = np.abs(d.mean(axis=(1, 2)) - truth)
    share = (error <= half_widths(crossed(d))).mean()
    assert share >= 0.93


def test_sentences_keep_the_mean_over_words() -> None:
    rng = np.random.default_rng(0)
    words = np.array([3, 0, 1, 7, 4])
    d = rng.normal(size=(6, words.sum()))
    found = sentence_differences(d, words)
    assert found.shape == (6, 4)
    assert found.mean(axis=1) == pytest.approx(d.mean(axis=1))
    starts = np.array([0, 3, 4, 11])
    sums = np.add.reduceat(d, starts, axis=1)
    residual = sums[2, 3] - 4 * d[2].mean()
    assert found[2, 3] == pytest.approx(d[2].mean() + residual / (15 / 4))


def test_sentences_of_one_word_each_are_examples() -> None:
    d = np.random.default_rng(0).normal(size=(4, 9))
    assert sentence_differences(d, np.ones(9, dtype=int)) == pytest.approx(d)


def test_words_that_are_right_or_wrong_together_need_sentences() -> None:
    """20 sentences of 10 words each; the effect of a sentence is that of all its words."""
    rng = np.random.default_rng(3)
    words = np.full(20, 10)
    shared = np.repeat(rng.normal(size=(500, 20)), 10, axis=1)[:, None]
    d = shared + 0.1 * rng.normal(size=(500, 6, 1)) + rng.normal(size=(500, 6, 200))
    error = np.abs(d.mean(axis=(1, 2)))
    sentences = np.array([sentence_differences(each, words) for each in d])
    assert (error <= half_widths(crossed(sentences))).mean() >= 0.93
    assert (error <= half_widths(crossed(d))).mean() < 0.8


def test_mcnemar_is_the_binomial_test_of_the_answers_that_differ() -> None:
    d = np.zeros((3, 100))
    for row, (won, lost) in zip(d, [(9, 2), (5, 4), (14, 1)], strict=True):
        row[:won], row[50 : 50 + lost] = 1, -1
    each = [stats.binomtest(k, n).pvalue for k, n in ((9, 11), (5, 9), (14, 15))]
    assert mcnemar(d) == pytest.approx(2 * np.median(each))
    assert mcnemar(np.zeros((3, 5))) == 1


def test_mcnemar_speaks_of_networks_and_not_of_variants() -> None:
    """Networks that are equal beyond these examples; then those of equal variants, unlike seeds."""
    rng = np.random.default_rng(0)
    chance = rng.random((2, 400, 6, 200)) < rng.random(200)
    equal = chance[0].astype(float) - chance[1]
    assert np.mean([mcnemar(d) <= 0.05 for d in equal]) <= 0.05
    unlike = [right(rng, 0.5, 6, 200) - right(rng, 0.5, 6, 200) for _ in range(200)]
    assert np.mean([mcnemar(d) <= 0.05 for d in unlike]) > 0.15


def test_a_fixed_test_set_has_an_interval(tables: Tables) -> None:
    analysis = analyse(tables)
    (row,) = analysis.comparisons.rows
    (found,) = analysis.other_examples.intervals.values()
    a, b = ([tables.answers[v, r].values for r in range(6)] for v in (row.variant, row.baseline))
    d = np.array(a, dtype=float) - np.array(b)
    half = float(half_widths(crossed(d)))
    assert d.mean() == pytest.approx(row.difference)
    assert (found.low, found.high) == pytest.approx((d.mean() - half, d.mean() + half))
    assert found.mcnemar_p == mcnemar(d)
    assert 0 < found.share < 1
    assert analysis.other_examples.without == {}


@pytest.mark.parametrize("sampling", ["generated", "resplit", "unknown"])
def test_other_test_sets_have_none(tables: Tables, sampling: str) -> None:
    data = Data(sampling, None, 1000, 200, 200)  # type: ignore[arg-type]
    found = analyse(with_answers(tables, data)).other_examples
    assert found.intervals == {}
    assert set(found.without.values()) == {sampling}


def test_numbers_and_words_have_no_mcnemar(tables: Tables) -> None:
    rng = np.random.default_rng(0)
    numbers = {key: packed(rng.normal(size=200)) for key in tables.answers}
    words = {k: packed(each.values.astype(float), [50, 150]) for k, each in tables.answers.items()}
    for answers in (numbers, words):
        found = analyse(replace(tables, answers=answers)).other_examples
        assert [each.mcnemar_p for each in found.intervals.values()] == [None]
        assert not found.mcnemar


@pytest.mark.slow
def test_pairs_without_answers_have_none(tables: Tables) -> None:
    """Of packs of an earlier version; or the two test sets are unlike."""
    first = next(iter(tables.answers))
    mixed = {key: each for key, each in tables.answers.items() if key != first}
    unlike = {**tables.answers, first: packed(np.ones(7))}
    equal = {key: packed(np.ones(200)) for key in tables.answers}
    for answers, why in ((mixed, "incomplete"), (unlike, "incomplete"), (equal, "no_spread"),
                         ({}, "not_stored")):  # fmt: skip
        found = analyse(replace(tables, answers=answers)).other_examples
        assert (dict(found.intervals), set(found.without.values())) == ({}, {why})


def test_a_metric_of_another_split_has_none(tables: Tables) -> None:
    compare = replace(tables.plan.compare, metric="validation/accuracy")
    plan = replace(tables.plan, compare=compare)
    found = analyse(replace(tables, plan=plan)).other_examples
    assert set(found.without.values()) == {"no_test_mean"}


def test_too_many_answers_are_left_out(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VALUES", 6 * 200 - 1)
    assert set(analyse(tables).other_examples.without.values()) == {"too_many"}


def test_a_difference_of_shares_is_at_most_one(tables: Tables) -> None:
    rng = np.random.default_rng(0)
    (row,) = analyse(tables).comparisons.rows
    few = {
        (variant, r): packed((rng.random(3) < share).astype(float))
        for variant, share in ((row.variant, 0.9), (row.baseline, 0.1))
        for r in range(6)
    }
    (found,) = other_examples(tables.plan, [row], few).intervals.values()
    assert -1 <= found.low < found.high <= 1


@pytest.mark.slow
def test_every_comparison_of_a_crossed_study_has_one(tmp_path: Path) -> None:
    crossing: Factors = {"model.activation": ["sigmoid", "tanh", "relu"], "model.depth": [1, 2]}
    sample = replace(SAMPLE, factors=crossing)
    tables = with_answers(read_tables(write(tmp_path, sample)), FIXED, 1000)
    rows = analyse(replace(tables, answers={})).comparisons.rows
    found = other_examples(tables.plan, rows, tables.answers)
    assert found.intervals.keys() == {row.variant for row in rows}
    assert len(rows) == 4
