"""The row of a trial is the same whether it failed or was trained, except for its outcome."""

from pathlib import Path

import pyarrow as pa

from orchestrator.execution.protocol import Job
from orchestrator.execution.worker.failures import failed_rows
from orchestrator.plan.identity import SCHEMA_VERSION
from orchestrator.store.schemas import arrow
from orchestrator.study.settings import Resources
from orchestrator.training.engine import train
from tests.training.packs import pack, variant

OUTCOME = ("status", "error", "epochs_done", "final_epoch", "wall_s", "execution", "started_at")
BOTH = pack([variant("calm"), variant("wild", learning_rate=1e200)], replicates=1)


def trained() -> pa.Table:
    """Of a trial that completed and one that diverged."""
    rows = train(BOTH, threads=1).trials
    return arrow("trials", {**rows, "git_commit": ["ab12"] * 2, "git_dirty": [False] * 2})


def failed() -> pa.Table:
    job = Job(Path("/"), Resources(cpus=1), git_commit="ab12", git_dirty=False)
    return arrow("trials", failed_rows(BOTH, "out of memory", job).trials)


def test_failed_and_trained_rows_have_the_same_columns_types_and_values() -> None:
    ours, theirs = trained(), failed()
    assert ours["status"].to_pylist() == ["completed", "diverged"]
    assert theirs["status"].to_pylist() == ["failed", "failed"]
    kept = [name for name in ours.column_names if not name.startswith("final.")]
    assert kept == theirs.column_names  # nothing was measured of trials that failed
    ours = ours.select(kept)
    assert ours.schema == theirs.schema
    for name in set(kept) - set(OUTCOME):
        assert ours[name].to_pylist() == theirs[name].to_pylist(), name


def test_rows_and_ids_have_one_schema_version() -> None:
    for table in (trained(), failed()):
        assert set(table["schema_version"].to_pylist()) == {SCHEMA_VERSION}
