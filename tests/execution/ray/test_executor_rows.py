"""Inline and Ray Tune give the same rows, bit for bit, from the real training engine."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestrator.execution.local.inline import InlineExecutor
from orchestrator.execution.protocol import Executor, Job
from orchestrator.paths import TABLES
from tests.execution.listening import Heard
from tests.training.packs import pack, variant

TIMINGS = ["wall_s", "started_at"]
PACK = pack([variant("tame"), variant("wild", learning_rate=1e38)], replicates=2)


def table(job: Job, name: str) -> pa.Table:
    found = pq.read_table(job.paths.part(name, PACK.pack_id))
    return found.drop_columns(TIMINGS) if name == "trials" else found


@pytest.mark.ray
def test_all_columns_but_timings_are_equal(ray_executor: Executor, tmp_path: Path) -> None:
    jobs = Job(tmp_path / "inline"), Job(tmp_path / "ray")
    for executor, job in zip((InlineExecutor(), ray_executor), jobs, strict=True):
        executor.run([[PACK]], job, Heard())
    for name in TABLES:
        inline, ray = (table(job, name) for job in jobs)
        assert inline.num_rows > 0
        assert inline.equals(ray)
    assert set(table(jobs[0], "trials")["status"].to_pylist()) == {"completed", "diverged"}
