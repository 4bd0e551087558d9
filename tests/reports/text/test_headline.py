"""The one sentence, and the warnings, in every state of a study."""

import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from tests.reports.sample import Sample, write

ACTIVATIONS = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 4]}


def analysed(tmp_path, **changes):
    sample = Sample(**{"study": "s", "factors": ACTIVATIONS, "replicates": 8, **changes})
    return analyse(read_tables(write(tmp_path, sample)))


def test_names_counts_largest_effect_and_gradient(tmp_path):
    found = analysed(tmp_path)
    verdicts = [row.verdict for row in found.comparisons.rows]
    assert f"{verdicts.count('better')} better" in found.finding
    assert "Of 2 comparisons with sigmoid in test accuracy" in found.finding
    best = max(found.comparisons.rows, key=lambda row: abs(row.difference))
    assert f"tanh at depth 4, +{100 * best.difference:.1f} points [" in found.finding
    assert "the first hidden layer gets" in found.finding
    assert found.finding.endswith(".")
    assert "\n" not in found.finding


def test_undecided_when_nothing_is_decided(tmp_path):
    found = analysed(tmp_path, replicates=4)
    assert found.finding.startswith("Undecided: of 2 comparisons with sigmoid")
    assert any("Descriptive only: with 4 replicates" in warning for warning in found.warnings)


def test_without_probes_no_gradient_is_claimed(tmp_path):
    assert "gradient" not in analysed(tmp_path, probes=False).finding


def test_all_failed(tmp_path):
    found = analysed(tmp_path, every_fate="failed", error="RuntimeError: boom\n  line")
    assert found.finding == "No trial was completed (32 failed), so nothing can be said."
    assert found.warnings[0].startswith("32 trials failed")
    assert {cause.cause for cause in found.failures} == {"RuntimeError: boom"}


def test_unfinished(tmp_path):
    fates = {("activation=tanh depth=4", r): "missing" for r in range(3)}
    found = analysed(tmp_path, fates=fates)
    assert found.finding.startswith("So far, with 29 of 32 trials: ")
    assert found.warnings[0].startswith("Unfinished: 3 of 32 trials")
    assert any("made unpaired (Welch)" in warning for warning in found.warnings)


def test_a_loss_is_better_when_it_is_lower(tmp_path):
    found = analysed(tmp_path, metric="loss")
    best = max(found.comparisons.rows, key=lambda row: abs(row.difference))
    assert best.difference < 0
    assert best.verdict == "better"
    assert f"tanh at depth 4, −{abs(best.difference):.3g} nat [" in found.finding


def test_a_baseline_of_all_factors_leaves_no_context(tmp_path):
    baseline = {"model.activation": "sigmoid", "model.depth": 4}
    found = analysed(tmp_path, baseline=baseline)
    assert "Of 3 comparisons with sigmoid, depth 4 in test accuracy" in found.finding
    assert " at " not in found.finding


def test_diverged_are_named(tmp_path):
    fates = {("activation=tanh depth=4", r): "diverged" for r in range(2)}
    found = analysed(tmp_path, fates=fates)
    assert any("2 trials diverged (tanh, depth 4: 2 of 8)" in warning for warning in found.warnings)


def test_one_variant(tmp_path):
    found = analysed(tmp_path, factors={}, baseline={})
    assert found.finding.startswith("s reaches ")
    assert "nothing to compare it with" in found.finding


def test_one_replicate(tmp_path):
    found = analysed(tmp_path, replicates=1)
    assert found.finding.startswith("Undecided")
    assert all(row.ci_low is None for row in found.comparisons.rows)


def test_underflow_of_a_smooth_activation_is_a_warning(tmp_path):
    folder = write(tmp_path, Sample(study="s", factors=ACTIVATIONS, replicates=6))
    tables = read_tables(folder)
    tables.gradients.loc[tables.gradients["position"] == 1, "value"] = 0.0
    assert any(warning.startswith("Underflow") for warning in analyse(tables).warnings)


@pytest.mark.parametrize("replicates", [1, 2, 7])
def test_a_study_of_one_factor(tmp_path, replicates):
    factors = {"model.activation": ["sigmoid", "tanh", "relu"]}
    found = analysed(tmp_path, factors=factors, replicates=replicates)
    assert "Of 2 comparisons" in found.finding or "Undecided: of 2 comparisons" in found.finding
