"""A simulated study is one that a report reads: completed trials with all their rows."""

from pathlib import Path

import pytest

from benchmarks.simulated import write_study
from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "answers", "compared"), [("digits", 300, 0), ("mnist", 10_000, 11)]
)
def test_its_trials_are_completed_and_have_all_tables(
    tmp_path: Path, task: str, answers: int, compared: int
) -> None:
    tables = read_tables(write_study(tmp_path, variants=12, replicates=2, task=task))
    assert tables.trials["status"].tolist() == ["completed"] * 24
    assert tables.trials["final.test/accuracy"].notna().all()
    assert tables.gradients["trial_id"].nunique() == 24
    assert [each.n for each in tables.answers.values()] == [answers] * 24
    assert len(analyse(tables).other_examples.intervals) == compared
