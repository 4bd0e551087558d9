"""Sums of squares, F, p, η², ω² against statsmodels; laws; size of the test; designs with holes."""

import itertools
import warnings
from random import Random

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.anova import AnovaRM, anova_lm

from orchestrator.reports.statistics.factorial.anova import Term, anova
from orchestrator.reports.statistics.intervals import Floats
from tests.reports.some import some

Key = tuple[int | str, ...]  # axes of the factors, else what the row is of


def simulated(shape: tuple[int, ...] = (3, 4), replicates: int = 6, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    table = rng.normal(0, 1, (*shape, replicates)) + rng.normal(0, 1, replicates)
    for axis, size in enumerate(shape):
        table += np.moveaxis(rng.normal(0, 2, size).reshape(-1, *[1] * len(shape)), 0, axis)
    return table


def frame(table: Floats) -> pd.DataFrame:
    rows = [(*map(str, place), value) for place, value in np.ndenumerate(table)]
    names = [f"f{axis}" for axis in range(table.ndim - 1)]
    return pd.DataFrame(rows, columns=[*names, "r", "y"]).dropna()


def theirs(table: Floats, formula: str | None = None) -> dict[Key, "pd.Series[float]"]:
    names = [f"C(f{axis}, Sum)" for axis in range(table.ndim - 1)]
    model = formula or f"y ~ {' * '.join(names)} + C(r, Sum)"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        fitted = smf.ols(model, frame(table)).fit()
        found = anova_lm(fitted, typ=2)
    return {
        ("replicate",) if name == "C(r, Sum)" else ("residual",) if name == "Residual" else
        tuple(int(part[3]) for part in name.split(":")): row
        for name, row in found.iterrows()
    }  # fmt: skip


def ours(table: Floats) -> dict[Key, Term]:
    return {term.factors or (term.kind,): term for term in some(anova(table)).terms}


def holes(table: Floats, share: float, seed: int = 1) -> Floats:
    out = np.random.default_rng(seed).random(table.shape) < share
    return np.where(out, np.nan, table)


@pytest.mark.parametrize(
    "table",
    [
        simulated(),
        simulated((2, 2), 3),
        simulated((2, 3, 4), 5),
        holes(simulated((3, 4), 8), 0.15),
        holes(simulated((2, 3, 2), 10), 0.1),
    ],
    ids=["3x4", "2x2", "2x3x4", "unbalanced", "unbalanced, three factors"],
)
def test_every_number_is_that_of_statsmodels(table: Floats) -> None:
    """Where the design is balanced, F and p of a term are those of repeated measures instead."""
    found, expected = ours(table), theirs(table)
    assert found.keys() == expected.keys()
    for term, row in expected.items():
        assert found[term].ss == pytest.approx(row["sum_sq"], rel=1e-8)
        assert found[term].df == row["df"]
        if term == ("replicate",) or (term != ("residual",) and not some(anova(table)).balanced):
            assert found[term].f == pytest.approx(row["F"], rel=1e-8)
            assert found[term].p == pytest.approx(row["PR(>F)"], rel=1e-6, abs=1e-14)


@pytest.mark.parametrize(("shape", "replicates"), [((3, 4), 6), ((2, 2), 3), ((2, 3, 4), 5)])
def test_balanced_terms_are_compared_with_their_interaction_with_the_seed(
    shape: tuple[int, ...], replicates: int
) -> None:
    """F as in repeated measures; there p is of ε = 1."""
    table = simulated(shape, replicates)
    names = [f"f{axis}" for axis in range(len(shape))]
    expected = AnovaRM(frame(table), "y", "r", within=names).fit().anova_table
    assert len(expected) == 2 ** len(shape) - 1
    for name, row in expected.iterrows():
        found = ours(table)[tuple(int(part[1]) for part in name.split(":"))]
        assert found.f == pytest.approx(row["F Value"], rel=1e-8)
        assert (found.df, found.df_error) == (row["Num DF"], row["Den DF"])
        assert stats.f.sf(found.f, found.df, found.df_error) == pytest.approx(row["Pr > F"])
        less = stats.f.sf(found.f, found.epsilon * found.df, found.epsilon * some(found.df_error))
        assert found.p == pytest.approx(less, rel=1e-6)


def test_epsilon_is_that_of_the_covariance_of_levels() -> None:
    """Greenhouse & Geisser 1959, from the covariance matrix: not by way of contrasts."""
    table = simulated((4, 3), 9)
    table[3] *= 3
    s = np.cov(table.mean(axis=1))
    k, rows = 4, s.mean(axis=0)
    above = k**2 * (np.diag(s).mean() - s.mean()) ** 2
    below = (k - 1) * ((s**2).sum() - 2 * k * (rows**2).sum() + k**2 * s.mean() ** 2)
    assert ours(table)[0,].epsilon == pytest.approx(above / below)
    assert 1 / 3 < ours(table)[0,].epsilon < 0.8
    assert ours(simulated((2, 3), 9))[0,].epsilon == pytest.approx(1), "two levels, one contrast"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("levels", "interaction", "own", "whole"),
    [(2, 0.0, 0.05, 0.05), (2, 1.0, 0.05, 0.27), (2, 2.0, 0.05, 0.39), (5, 1.0, 0.02, 0.43)],
)
def test_a_factor_without_effect_is_found_no_more_often_where_seeds_move_its_levels(
    levels: int, interaction: float, own: float, whole: float
) -> None:
    """As it is when compared with the whole residual; beside a factor of four levels."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(600):
        moved = interaction * rng.normal(size=(levels, 1, 6))
        table = anova(rng.normal(size=(levels, 4, 6)) + moved + rng.normal(size=6))
        term, residual = some(table).terms[0], some(table).terms[-1]
        f = term.ss / term.df / (residual.ss / residual.df)
        found.append((some(term.p) <= 0.05, stats.f.sf(f, term.df, residual.df) <= 0.05))
    assert np.mean(found, axis=0) == pytest.approx([own, whole], abs=0.04)


@pytest.mark.slow
def test_unequal_spreads_are_no_effect() -> None:
    """One of five levels scatters five times as much: 14 % without ε."""
    rng, spread = np.random.default_rng(2), np.array([1, 1, 1, 1, 5])[:, None, None]
    found = [ours(spread * rng.normal(size=(5, 4, 6)))[0,] for _ in range(600)]
    assert np.mean([some(term.p) <= 0.05 for term in found]) <= 0.07
    uncorrected = [stats.f.sf(term.f, term.df, term.df_error) <= 0.05 for term in found]
    assert np.mean(uncorrected) > 0.09


def test_balanced_shares_sum_to_one_and_are_those_of_cell_means() -> None:
    table = simulated()
    found = ours(table)
    assert sum(some(term.eta2) for term in found.values()) == pytest.approx(1)
    means = table.mean(axis=(1, 2)) - table.mean()
    between = 4 * 6 * (means**2).sum()
    assert found[0,].ss == pytest.approx(between)
    total = ((table - table.mean()) ** 2).sum()
    assert found[0,].eta2 == pytest.approx(between / total)
    error = between / 2 / some(found[0,].f)
    assert found[0,].omega2 == pytest.approx((between - 2 * error) / (total + error))
    strata = [term for term in found.values() if term.factors]
    errors = sum(term.ss / term.df / some(term.f) * some(term.df_error) for term in strata)
    assert errors == pytest.approx(found["residual",].ss), "the residual is the sum of all errors"
    assert sum(some(term.df_error) for term in strata) == found["residual",].df


def test_two_variants_of_one_factor_are_the_paired_t_test() -> None:
    table = simulated((2,), 9)
    paired = stats.ttest_rel(table[0], table[1])
    term = ours(table)[0,]
    assert term.f == pytest.approx(paired.statistic**2)
    assert term.p == pytest.approx(paired.pvalue)


def test_four_factors_put_their_common_interaction_in_one_row() -> None:
    table = simulated((2, 3, 2, 2), 4)
    found = ours(table)
    names = [f"C(f{axis}, Sum)" for axis in range(4)]
    full = theirs(table)
    assert found["higher",].ss == pytest.approx(full[0, 1, 2, 3]["sum_sq"])
    assert found["higher",].df == 2
    assert found["residual",].ss == pytest.approx(full["residual",]["sum_sq"])
    assert sum(some(term.eta2) for term in found.values()) == pytest.approx(1)
    assert len(names) == 4


def test_an_excluded_combination_costs_its_degree_of_freedom() -> None:
    table = simulated((3, 3), 5)
    table[2, 2] = np.nan
    made = some(anova(table))
    found = ours(table)
    assert (made.balanced, made.empty, made.n) == (False, 1, 40)
    assert [found[t].df for t in ((0,), (1,), (0, 1), ("residual",))] == [2, 2, 3, 28]
    additive = theirs(table, "y ~ C(f0, Sum) + C(f1, Sum) + C(r, Sum)")
    assert found[0,].ss == pytest.approx(additive[0,]["sum_sq"])
    cells = frame(table).assign(cell=lambda f: f["f0"] + f["f1"])
    saturated = smf.ols("y ~ C(cell) + C(r)", cells).fit()
    assert found["residual",].ss == pytest.approx(saturated.ssr)


def test_no_effect_at_all_is_found_as_often_as_chance_says() -> None:
    rng, rejected = np.random.default_rng(3), 0
    for _ in range(200):
        table = rng.normal(size=(3, 3, 5)) + rng.normal(size=5)
        rejected += some(ours(table)[0,].p) <= 0.05
    assert rejected / 200 <= 0.085  # 5 %, and two standard errors of 200 draws


def test_a_known_effect_is_found_with_its_size() -> None:
    """Levels −2, 0, 2 (variance 8/3) over noise of 1: η² is about (8/3) / (8/3 + 1)."""
    rng = np.random.default_rng(5)
    table = rng.normal(size=(3, 4, 200)) + np.array([-2.0, 0, 2])[:, None, None]
    found = ours(table)
    assert found[0,].eta2 == pytest.approx(8 / 11, abs=0.02)
    assert found[0,].omega2 == pytest.approx(8 / 11, abs=0.02)
    assert abs(some(found[1,].omega2)) < 0.005


Made = tuple[int, int, int, int]
TABLES = st.tuples(st.integers(2, 3), st.integers(2, 3), st.integers(2, 5), st.integers(0, 99))


@given(TABLES, st.floats(-50, 50), st.floats(0.1, 50))
def test_shift_and_scale_change_no_share(made: Made, shift: float, scale: float) -> None:
    a, b, replicates, seed = made
    table = simulated((a, b), replicates, seed)
    moved = some(anova(shift + scale * table))
    for one, other in zip(some(anova(table)).terms, moved.terms, strict=True):
        assert other.ss == pytest.approx(scale**2 * one.ss, rel=1e-6, abs=1e-7)
        assert other.eta2 == pytest.approx(one.eta2, rel=1e-6, abs=1e-9)
        assert other.p == pytest.approx(one.p, rel=1e-6, abs=1e-12) if one.p else True


@given(TABLES, st.randoms())
def test_the_order_of_replicates_and_levels_does_not_matter(made: Made, random: Random) -> None:
    a, b, replicates, seed = made
    table = holes(simulated((a, b), replicates + 2, seed), 0.05)
    axes = [random.sample(range(size), size) for size in table.shape]
    shuffled = some(anova(table[np.ix_(*axes)]))
    for one, other in zip(some(anova(table)).terms, shuffled.terms, strict=True):
        assert (other.kind, other.df) == (one.kind, one.df)
        assert other.ss == pytest.approx(one.ss, rel=1e-6, abs=1e-9)


def test_what_cannot_be_had() -> None:
    assert anova(np.full((2, 2, 3), np.nan)) is None
    assert anova(simulated((2, 2), 1)) is None
    alone = np.full((2, 2, 3), np.nan)
    alone[0, 0] = [1, 2, 3]
    assert anova(alone) is None  # one variant
    constant = some(anova(np.full((2, 2, 3), 0.5)))
    assert {(t.f, t.p, t.eta2) for t in constant.terms} == {(None, None, None)}


def test_without_scatter_there_are_shares_but_no_test() -> None:
    table = np.zeros((2, 2, 3)) + np.array([0.0, 1.0])[:, None, None]
    found = ours(table)
    assert found[0,].eta2 == pytest.approx(1)
    assert (found[0,].f, found[0,].p) == (None, None)


def test_spreads_are_those_of_the_variants() -> None:
    table = simulated()
    sds = [table[place].std(ddof=1) for place in itertools.product(range(3), range(4))]
    assert some(anova(table)).spreads == pytest.approx((min(sds), max(sds)))
