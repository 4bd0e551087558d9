"""A simulated study is one that a report reads: completed trials with all their rows."""

from pathlib import Path

from benchmarks.simulated import write_study
from orchestrator.reports.data.read import read_tables


def test_its_trials_are_completed_and_have_all_tables(tmp_path: Path) -> None:
    tables = read_tables(write_study(tmp_path, variants=12, replicates=2))
    assert tables.trials["status"].tolist() == ["completed"] * 24
    assert tables.trials["final.test/accuracy"].notna().all()
    assert tables.gradients["trial_id"].nunique() == 24
    assert len(tables.answers) == 24
