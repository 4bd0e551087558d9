"""Two studies side by side, against scipy, and in what they may differ."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestrator.reports.data.errors import ReportError
from orchestrator.reports.statistics.comparisons.two_studies import Side, read_side, two_studies
from tests.reports.sample import Factors, Sample, write
from tests.reports.some import some

FACTORS: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 4]}
A = Sample(study="a", factors=FACTORS, replicates=8, probes=False)
B = replace(A, study="b")


def side(tmp_path: Path, sample: Sample) -> Side:
    return read_side(write(tmp_path, sample))


def finals(table: pd.DataFrame, variant: str) -> "pd.Series[float]":
    rows = table[(table["variant_id"] == variant) & table["final.test/accuracy"].notna()]
    return rows.set_index("replicate")["final.test/accuracy"]


def shifted(tmp_path: Path, sample: Sample = B) -> Side:
    """Another study whose trials are .02 better, and scatter by themselves."""
    made = side(tmp_path, sample)
    noise = np.random.default_rng(1).normal(0.02, 0.01, len(made.trials))
    column = "final.test/accuracy"
    return replace(made, trials=made.trials.assign(**{column: made.trials[column] + noise}))


def test_pairs_of_a_replicate_are_compared_as_scipy_does(tmp_path: Path) -> None:
    a, b = side(tmp_path, A), shifted(tmp_path)
    found = two_studies(a, b)
    assert found.paired
    assert [dict(match.levels) for match in found.matches] == [
        {"model.activation": activation, "model.depth": depth}
        for activation in ("sigmoid", "tanh")
        for depth in (1, 4)
    ]
    for match in found.matches:
        x, y = (finals(each.trials, match.a.variant_id) for each in (a, b))
        theirs = stats.permutation_test((y - x,), np.mean, permutation_type="samples")
        assert match.comparison.difference == pytest.approx((y - x).mean())
        assert match.comparison.p_value == pytest.approx(theirs.pvalue)
        assert (match.comparison.method, match.comparison.n) == ("paired", 8)


def test_the_replicates_that_both_have_are_paired(tmp_path: Path) -> None:
    found = two_studies(
        side(tmp_path, replace(A, replicates=6)), shifted(tmp_path, replace(B, replicates=9))
    )
    assert {(m.comparison.method, m.comparison.n) for m in found.matches} == {("paired", 6)}
    assert next(d for d in found.differences if d.what == "replicates").b == 9


def test_other_seeds_are_unpaired(tmp_path: Path) -> None:
    a, b = side(tmp_path, A), shifted(tmp_path, replace(B, replicates=7))
    b = replace(b, plan=replace(b.plan, seed=1))
    found = two_studies(a, b)
    assert not found.paired
    match = found.matches[0]
    x, y = (finals(each.trials, match.a.variant_id) for each in (a, b))
    theirs = stats.ttest_ind(y, x, equal_var=False)
    assert match.comparison.method == "unpaired"
    assert match.comparison.p_value == pytest.approx(theirs.pvalue)
    assert [(d.what, d.a, d.b) for d in found.differences][-1] == ("seed", 0, 1)


def test_a_factor_of_one_study_is_a_setting_of_the_other(tmp_path: Path) -> None:
    """b has one depth only, as a setting: its variants match those of a with that depth."""
    a = side(tmp_path, A)
    factors = {"model.activation": ["sigmoid", "tanh", "relu"]}
    b = side(tmp_path, replace(B, factors=factors))
    b = replace(b, plan=replace(b.plan, fixed={**b.plan.fixed, "model.depth": 4}))
    found = two_studies(a, b)
    assert [tuple(match.levels.values()) for match in found.matches] == [
        ("sigmoid", 4), ("tanh", 4),
    ]  # fmt: skip
    assert found.only_a == ("activation=sigmoid depth=1", "activation=tanh depth=1")
    assert found.only_b == ("activation=relu",)
    assert [d.what for d in found.differences][:2] == [
        "factor model.activation", "factor model.depth",
    ]  # fmt: skip


def test_a_study_against_itself(tmp_path: Path) -> None:
    a = side(tmp_path, A)
    found = two_studies(a, a)
    assert found.differences == ()
    assert {match.same_trials for match in found.matches} == {8}
    assert {match.comparison.difference for match in found.matches} == {0.0}


def test_fixed_settings_data_and_code_that_differ(tmp_path: Path) -> None:
    a = side(tmp_path, A)
    identity = replace(a.plan.identity, data={"digits": "zz"})
    fixed = {**a.plan.fixed, "training.epochs": 3, "new": True}
    found = two_studies(a, replace(a, plan=replace(a.plan, identity=identity, fixed=fixed)))
    assert [(d.what, d.a, d.b) for d in found.differences] == [
        ("training.epochs", 20, 3), ("new", "–", True), ("data digits", "ab12", "zz"),
    ]  # fmt: skip


def test_diverged_trials_count_here_too(tmp_path: Path) -> None:
    fates = {("activation=tanh depth=4", r): "diverged" for r in range(3)}
    found = two_studies(side(tmp_path, A), side(tmp_path, replace(B, fates=fates)))
    row = found.matches[3].comparison
    assert (row.diverged, row.counted_as, row.method) == (3, 0.1, "paired")
    assert some(row.difference) < 0


def test_without_the_metric_nothing_can_be_compared(tmp_path: Path) -> None:
    a = side(tmp_path, A)
    b = side(tmp_path, B)
    b = replace(b, trials=pd.DataFrame(b.trials.drop(columns="final.test/accuracy")))
    with pytest.raises(ReportError, match="b has no test/accuracy, which a compares"):
        two_studies(a, b)
