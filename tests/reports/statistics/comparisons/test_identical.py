"""Trials that are the same bit for bit have no effect to compare, and are never equivalent."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.page.render import render
from orchestrator.reports.statistics.comparisons.identical import identical
from orchestrator.reports.text.methods import methods
from orchestrator.reports.text.sentences import sentences
from orchestrator.reports.text.verdicts import statements
from orchestrator.run.run_study import run_study
from tests.reports.sample import Sample, write

SAMPLE = Sample(factors={"model.activation": ["sigmoid", "tanh"]}, replicates=7, probes=False)


@pytest.fixture
def same(tmp_path: Path) -> Tables:
    """Two levels of a setting without effect: the trials of both have the same numbers."""
    tables = read_tables(write(tmp_path, SAMPLE))
    trials = tables.trials.sort_values(["variant_id", "replicate"], ignore_index=True)
    finals = named(trials, "final.")
    first = tables.plan.variants[0].variant_id
    for name in finals:
        copied = list(trials.loc[trials["variant_id"] == first, name])
        trials[name] = [*copied, *copied]
    return replace(tables, trials=trials)


def named(trials: pd.DataFrame, part: str) -> list[str]:
    return [str(name) for name in trials.columns if part in str(name)]


def pairs(tables: Tables) -> list[tuple[str, str]]:
    one, other = (variant.variant_id for variant in tables.plan.variants)
    return [(other, one)]


def test_the_verdict_is_no_effect_and_never_equivalent(same: Tables) -> None:
    analysis = analyse(same)
    (row,) = analysis.comparisons.rows
    assert (row.verdict, row.difference) == ("no effect", 0.0)
    (statement,) = statements(analysis)
    assert "has no effect beside" in statement.text
    assert "the same network, bit for bit" in statement.text
    assert "No effect: every loss" in dict(methods(analysis))["Verdict"]
    assert 'class="tag no-effect"' in render(same, analysis, sentences(analysis)).html


def test_one_loss_that_differs_in_its_last_bits_is_a_difference(same: Tables) -> None:
    assert identical(same.trials, pairs(same)) == frozenset(pairs(same))
    losses = [float(x) for x in same.trials["final.train/loss"]]
    other = same.trials.assign(**{"final.train/loss": [losses[0] * (1 + 1e-15), *losses[1:]]})
    assert identical(other, pairs(same)) == frozenset()


def test_equal_accuracies_alone_are_no_proof(same: Tables) -> None:
    losses = named(same.trials, "/loss")
    assert losses
    assert identical(same.trials.drop(columns=losses), pairs(same)) == frozenset()


def test_every_replicate_must_have_completed(same: Tables) -> None:
    status = ["failed", *same.trials["status"][1:]]
    assert identical(same.trials.assign(status=status), pairs(same)) == frozenset()


STUDY = """study: clipped
task: {name: digits, train_examples: 60, validation_examples: 20, test_examples: 20}
model: {name: mlp, width: 5}
training: {epochs: 1}
factors: {training.clip_norm: [null, 100000.0, 0.0001]}
replicates: 6
compare: {metric: test/accuracy, smallest_difference: 0.2}
"""


@pytest.mark.slow
def test_a_clipping_that_never_clips_has_no_effect(tmp_path: Path) -> None:
    """Real trainings, side by side in one pack."""
    file = tmp_path / "clipped.yaml"
    file.write_text(STUDY)
    assert run_study(str(file), results=str(tmp_path / "r"), inline=True, report=False).is_complete
    rows = analyse(read_tables(tmp_path / "r" / "clipped")).comparisons.rows
    assert [row.verdict == "no effect" for row in rows] == [True, False]
