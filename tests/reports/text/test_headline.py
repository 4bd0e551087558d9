"""The one sentence, and the warnings, in every state of a study."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.reports.data.read import read_tables
from tests.reports.sample import Factors, Levels, Sample, write
from tests.reports.some import some
from tests.reports.text.told import Told, told

ACTIVATIONS: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 4]}
SAMPLE = Sample(study="s", factors=ACTIVATIONS, replicates=8, probes=False)
PROBED = replace(SAMPLE, probes=True)


def test_levels_come_first_then_the_gradient_then_counts(tmp_path: Path) -> None:
    found = told(tmp_path, PROBED)
    said = found.said.finding
    verdicts = [row.verdict for row in found.analysis.comparisons.rows]
    assert said.startswith("In test accuracy, with depth 4 tanh (9")
    assert "is better than sigmoid (9" in said
    assert "at other levels of depth means are at most" in said
    assert "the first hidden layer of sigmoid gets " in said
    assert " times less gradient than the last (tanh: " in said
    assert f"{verdicts.count('better')} better" in said
    assert said.index("Of 2 comparisons with sigmoid in test accuracy") > said.index("Before")
    assert said.endswith(".")
    assert "\n" not in said


def test_undecided_when_nothing_is_decided(tmp_path: Path) -> None:
    found = told(tmp_path, replace(SAMPLE, replicates=4))
    assert found.said.finding.startswith("In test accuracy, it is undecided whether tanh (9")
    assert "Undecided: of 2 comparisons with sigmoid" in found.said.finding
    assert any("Descriptive only: with 4 replicates" in warning for warning in found.said.warnings)


def test_without_probes_no_gradient_is_claimed(tmp_path: Path) -> None:
    assert "gradient" not in told(tmp_path, SAMPLE).said.finding


def test_all_failed(tmp_path: Path) -> None:
    found = told(tmp_path, replace(SAMPLE, every_fate="failed", error="RuntimeError: boom\n  line"))
    assert found.said.finding == "No trial was completed (32 failed), so nothing can be said."
    assert found.said.warnings[0].startswith("32 trials failed")
    assert {cause.cause for cause in found.analysis.failures} == {"RuntimeError: boom"}


def test_unfinished(tmp_path: Path) -> None:
    fates = {("activation=tanh depth=4", r): "missing" for r in range(3)}
    found = told(tmp_path, replace(SAMPLE, fates=fates))
    assert found.said.finding.startswith("So far, with 29 of 32 trials: ")
    assert found.said.warnings[0].startswith("Unfinished: 3 of 32 trials")
    assert any("made unpaired (Welch)" in warning for warning in found.said.warnings)


def test_a_loss_is_better_when_it_is_lower(tmp_path: Path) -> None:
    found = told(tmp_path, replace(SAMPLE, metric="loss"))
    best = max(found.analysis.comparisons.rows, key=lambda row: abs(some(row.difference)))
    assert some(best.difference) < 0
    assert best.verdict == "better"
    assert "with depth 4 tanh (0." in found.said.finding
    assert f"is better than sigmoid (0.208 nat): −{abs(some(best.difference)):.3g} nat [" in (
        found.said.finding
    )


def test_a_baseline_of_all_factors_leaves_no_context(tmp_path: Path) -> None:
    baseline: Levels = {"model.activation": "sigmoid", "model.depth": 4}
    found = told(tmp_path, replace(SAMPLE, baseline=baseline))
    assert "Of 3 comparisons with sigmoid, depth 4 in test accuracy" in found.said.finding
    assert " at " not in found.said.finding


def test_diverged_are_named(tmp_path: Path) -> None:
    fates = {("activation=tanh depth=4", r): "diverged" for r in range(2)}
    found = told(tmp_path, replace(SAMPLE, fates=fates))
    assert any(
        "2 trials diverged (tanh, depth 4: 2 of 8)" in warning for warning in found.said.warnings
    )


def test_one_variant(tmp_path: Path) -> None:
    found = told(tmp_path, replace(SAMPLE, factors={}, baseline={}))
    assert found.said.finding.startswith("s reaches ")
    assert "nothing to compare it with" in found.said.finding


def test_one_replicate(tmp_path: Path) -> None:
    found = told(tmp_path, replace(SAMPLE, replicates=1))
    assert "it is undecided whether tanh" in found.said.finding
    assert all(row.ci_low is None for row in found.analysis.comparisons.rows)


def test_underflow_of_a_smooth_activation_is_a_warning(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, replace(PROBED, replicates=6)))
    tables.gradients.loc[tables.gradients["position"] == 1, "value"] = 0.0
    assert any(warning.startswith("Underflow") for warning in Told.of(tables).said.warnings)


@pytest.mark.parametrize("replicates", [1, 2, 7])
@pytest.mark.slow
def test_a_study_of_one_factor(tmp_path: Path, replicates: int) -> None:
    factors = {"model.activation": ["sigmoid", "tanh", "relu"]}
    found = told(tmp_path, replace(SAMPLE, factors=factors, replicates=replicates))
    assert (
        "Of 2 comparisons" in found.said.finding
        or "Undecided: of 2 comparisons" in found.said.finding
    )
